"""What each service's `migrations/env.py` runs: the migrations, on the connection that `migrate` opened."""

from alembic import context


def run() -> None:
    """Runs the migrations, each in a transaction of its own."""
    connection = context.config.attributes["connection"]
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
