"""Alembic migrations of the front's database."""
