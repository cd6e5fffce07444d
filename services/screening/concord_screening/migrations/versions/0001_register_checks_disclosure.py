"""The register with its change table, checks of the asking agency, reviews of the listing's owner.

What two agencies both need is two rows, one each: the asker's `screenings`, the owner's `reviews`. Nothing in one
names the other: the asker's row holds an opaque ticket.
"""

from alembic import op

from concord_core.storage.core_tables import install_core
from concord_core.storage.ddl import tenant_table

revision = "0001"
down_revision = None

TABLES = """
create table listings (
    agency text not null,
    reference text not null,
    state text not null check (state in ('draft', 'active', 'under_correction', 'withdrawn')),
    version integer not null,
    facts integer not null,
    person_version integer not null,
    basis text,
    case_reference text,
    decided_date date,
    review_date date,
    notice_date date,
    notice_way text,
    contested_date date,
    entered_by text not null,
    entered_at timestamptz not null default clock_timestamp(),
    proposed_by text not null,
    approved_by text not null,
    activated_date date,
    withdrawn_date date,
    withdrawn_reason text,
    withdrawn_at timestamptz,
    erasure_published boolean not null default false,
    numbers text[] not null default '{}',
    person_enc bytea,
    proposal_enc bytea,
    data_key bytea,
    key_period text,
    primary key (agency, reference),
    constraint a_tombstone_holds_nobody check (
        state <> 'withdrawn' or (person_enc is null and proposal_enc is null and data_key is null and numbers = '{}'))
);
create index listings_case on listings (agency, case_reference) where state <> 'withdrawn';
create index listings_erasure on listings (agency, withdrawn_at) where state = 'withdrawn' and not erasure_published;

create table register_heads (
    agency text primary key,
    epoch uuid not null default gen_random_uuid(),
    revision bigint not null
);

create table listing_changes (
    agency text not null,
    revision bigint not null,
    reference text not null,
    primary key (agency, revision)
);

create table case_outcomes (
    agency text not null,
    case_reference text not null,
    outcome text not null,
    decided_date date not null,
    sequence integer not null,
    primary key (agency, case_reference)
);

create table screenings (
    agency text not null,
    reference text not null,
    state text not null check (state in ('checking', 'clear', 'in_review', 'disclosed', 'not_answered')),
    facts integer not null,
    asked_by text not null,
    asked_at timestamptz not null,
    answer_by date not null,
    closed_date date,
    ticket text not null,
    request_enc bytea not null,
    data_key bytea not null,
    key_period text not null,
    primary key (agency, reference)
);
create index screenings_asked on screenings (agency, asked_at desc);
create index screenings_waiting on screenings (agency, asked_at) where state in ('checking', 'in_review');

create table screening_disclosures (
    agency text not null,
    screening text not null,
    owner text not null,
    released_date date not null,
    received_at timestamptz not null default clock_timestamp(),
    facts_enc bytea not null,
    primary key (agency, screening, owner),
    foreign key (agency, screening) references screenings (agency, reference)
);

create table activity_days (
    agency text not null,
    day date not null,
    primary key (agency, day)
);

create table reviews (
    agency text not null,
    reference text not null,
    check_group text not null,
    listing text not null,
    person_version integer not null,
    asker text not null,
    state text not null check (state in ('open', 'same', 'not_same', 'released', 'refused')),
    version integer not null,
    opened_at timestamptz not null,
    due_date date not null,
    answer_by date not null,
    identity text not null,
    decided_by text not null,
    decided_at timestamptz,
    released_date date,
    asked_enc bytea not null,
    reason_enc bytea,
    released_enc bytea,
    data_key bytea not null,
    key_period text not null,
    primary key (agency, reference),
    unique (agency, check_group, listing),
    foreign key (agency, listing) references listings (agency, reference)
);
create index reviews_open on reviews (agency, due_date) where state in ('open', 'same');

create table not_same_pairs (
    agency text not null,
    listing text not null,
    person_version integer not null,
    identity text not null,
    review text not null,
    decided_at timestamptz not null,
    primary key (agency, listing, person_version, identity)
)
"""

ALL = "select, insert, update"


def upgrade() -> None:
    """Makes the tables and says what each login may do."""
    install_core(op)
    op.execute(TABLES)
    tenant_table(op, "listings", app=ALL, consume="select, update")
    tenant_table(op, "register_heads", app=ALL, consume="select")
    tenant_table(op, "listing_changes", app="select, insert", consume="select")
    tenant_table(op, "case_outcomes", app="select", consume=ALL)
    tenant_table(op, "screenings", app=ALL, consume="select, update")
    tenant_table(op, "screening_disclosures", app="select", consume="select, insert")
    tenant_table(op, "activity_days", consume="select, insert")
    tenant_table(op, "reviews", app=ALL, consume="select, insert")
    tenant_table(op, "not_same_pairs", app="select, insert", consume="select")
