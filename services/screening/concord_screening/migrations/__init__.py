"""Alembic migrations of the screening database."""
