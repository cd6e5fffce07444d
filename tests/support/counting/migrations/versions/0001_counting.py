"""Effects of facts: one row each, no key that would hide a double."""

from alembic import op

from concord_core.events import ddl as events
from concord_core.storage.ddl import login_prefix, shared_table, tenant_table

revision = "0001"
down_revision = None


def upgrade() -> None:
    prefix = login_prefix(op)
    op.execute(f'grant usage on schema public to "{prefix}_app", "{prefix}_relay", "{prefix}_consume"')
    events.create_tables(op)
    op.execute(
        """create table effects (n bigint generated always as identity primary key, generation integer not null,
           event_id uuid not null, topic text not null, key text not null, sequence integer not null,
           at timestamptz not null default clock_timestamp())"""
    )
    shared_table(op, "effects", app="select", consume="select, insert, delete")
    op.execute("create table notes (agency text not null, event_id uuid not null, owner text not null)")
    tenant_table(op, "notes", app="select", consume="select, insert")
    op.execute("create table banned (key text primary key)")
    shared_table(op, "banned", app="select, insert, delete", consume="select")
