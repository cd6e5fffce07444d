"""Call-backs that were promised to children: codes and moments, no name and no number."""

from alembic import op

from concord_core.storage.ddl import definer_function, tenant_table

revision = "0003"
down_revision = "0002"

TABLES = """
create table call_backs (
    agency text not null,
    case_reference text not null,
    number integer not null,
    report_reference text not null,
    country text not null,
    home_safe text not null,
    limits_version text not null,
    started_at timestamptz not null,
    ended_at timestamptz,
    outcome text not null check (outcome in ('', 'reached', 'not_reached', 'unsafe_to_call')),
    recorded_by text not null,
    primary key (agency, case_reference, number),
    constraint an_outcome_ends_it check ((ended_at is null) = (outcome = ''))
);
create index call_backs_open on call_backs (agency, started_at) where ended_at is null;

create function receipt_call_backs(wanted integer, tag bytea) returns setof call_backs
    language sql stable security definer set search_path = public, pg_temp
    as $$
    select b.* from receipt_report(wanted, tag) r
    join call_backs b on b.agency = r.agency and b.report_reference = r.reference
    order by b.number
    $$;
"""


def upgrade() -> None:
    """Adds the table, and what the holder of a receipt may see of it."""
    op.execute(TABLES)
    tenant_table(op, "call_backs", app="select, insert, update", public="insert")
    definer_function(op, "receipt_call_backs(integer, bytea)", logins=("public",))
