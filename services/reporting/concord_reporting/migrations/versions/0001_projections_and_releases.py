"""Projections of facts, by generation, and releases, which are never changed."""

from alembic import op

from concord_core.storage.core_tables import install_core
from concord_core.storage.ddl import login_prefix, shared_table

revision = "0001"
down_revision = None

TABLES = """
create table projected_cases (
    generation int not null, reference text not null, agency text not null, event_id uuid not null,
    concern text not null, country text not null, allegation_type text not null, personnel_category text not null,
    received_date date not null, serious boolean not null, stage text not null, outcome text not null default '',
    primary key (generation, reference));
create index projected_cases_year on projected_cases (generation, received_date);
create table projected_victims (
    generation int not null, case_reference text not null, sex text not null, age_category text not null,
    count int not null, primary key (generation, case_reference, sex, age_category));
create table projected_reports (
    generation int not null, reference text not null, agency text not null, event_id uuid not null,
    concern text not null, received_date date not null, primary key (generation, reference));
create table projected_referrals (
    generation int not null, reference text not null, owner text not null, event_id uuid not null,
    offered_date date, status text not null, primary key (generation, reference));
create table projected_screenings (
    generation int not null, reference text not null, agency text not null, event_id uuid not null,
    requested_date date, state text not null, primary key (generation, reference));
create table projected_clocks (
    generation int not null, case_reference text not null, clock text not null, agency text not null,
    event_id uuid not null, due_date date, state text not null, breached boolean not null default false,
    primary key (generation, case_reference, clock));
create table projection_heads (
    generation int not null, topic text not null, last_fact timestamptz not null, applied_at timestamptz not null,
    facts bigint not null, primary key (generation, topic));

create table releases (
    id text primary key, published_on date not null, vintage date not null, manifest jsonb not null,
    manifest_sha256 text not null, signing_key_id text not null, signature bytea not null,
    at timestamptz not null default clock_timestamp());
create table release_files (
    release_id text not null references releases (id), name text not null, content bytea not null,
    sha256 text not null, primary key (release_id, name));
create table release_sources (
    release_id text not null references releases (id), table_name text not null, row_key text not null,
    column_key text not null, event_id uuid not null,
    primary key (release_id, table_name, row_key, column_key, event_id));
create table applied_agreements (version int primary key, sha256 text not null, at timestamptz not null);
"""

PROJECTIONS = (
    "projected_cases",
    "projected_victims",
    "projected_reports",
    "projected_referrals",
    "projected_screenings",
    "projected_clocks",
    "projection_heads",
)


def upgrade() -> None:
    """The first version."""
    install_core(op)
    op.execute(TABLES)
    for table in PROJECTIONS:
        shared_table(op, table, app="select", consume="select, insert, update, delete")
    # Nobody may change or remove what was published: no login has update or delete.
    for table in ("releases", "release_files"):
        shared_table(op, table, app="select", consume="select, insert", public="select")
    shared_table(op, "release_sources", app="select", consume="select, insert")
    shared_table(op, "applied_agreements", consume="select, insert")
    # The page that shows live counts says how many facts are set aside; it does not see the facts.
    op.execute(f'grant select (consumer, generation, resolved_at) on dead_letters to "{login_prefix(op)}_app"')
