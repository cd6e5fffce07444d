"""Run by Alembic; the connection and the transaction are those of `concord_core.storage.migrate`."""

from concord_core.storage.alembic_env import run

run()
