"""Alembic's entry: runs the migrations on the connection that the caller opened."""

from concord_core.storage.alembic_env import run

run()
