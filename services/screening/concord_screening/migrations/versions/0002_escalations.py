"""What the hub's steward is told of reviews that their owner leaves unanswered; rows of the steward's agency."""

from alembic import op

from concord_core.storage.ddl import login_prefix, tenant_table

revision = "0002"
down_revision = "0001"

TABLES = """
alter table reviews add column escalated_on date;

create table escalations (
    agency text not null,
    owner text not null,
    reference text not null,
    opened_on date not null,
    due_date date not null,
    primary key (agency, owner, reference)
);
"""


def upgrade() -> None:
    """Adds the table, and lets jobs note on a review that the steward was told."""
    op.execute(TABLES)
    op.execute(f'grant update (escalated_on) on reviews to "{login_prefix(op)}_consume"')
    tenant_table(op, "escalations", app="select", consume="select, insert, delete")
