"""The front's database holds sign-ins of `/work` and nothing else."""

from alembic import op

from concord_core.identity import ddl
from concord_core.storage.ddl import login_prefix

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Creates the sessions."""
    op.execute(f'grant usage on schema public to "{login_prefix(op)}_app"')
    ddl.create_tables(op)


def downgrade() -> None:
    """Drops the sessions: everybody signs in again."""
    op.execute("drop table logout_tokens, sessions")
