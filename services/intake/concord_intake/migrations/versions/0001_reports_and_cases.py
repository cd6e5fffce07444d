"""Reports, receipts, consents, cases and their clocks.

The public login may add a report with its case and read nothing, except through the `receipt_…` functions below: each
asks for the Argon2id tag of the receipt's secret, of which the table keeps a hash, so that whoever holds that login, yet
no receipt, still reads no row.
"""

from alembic import op

from concord_core.storage.core_tables import install_core
from concord_core.storage.ddl import definer_function, tenant_table

revision = "0001"
down_revision = None

TABLES = """
create table reports (
    agency text not null,
    reference text not null,
    case_reference text,
    received date not null,
    recorded_at timestamptz not null default clock_timestamp(),
    channel text not null,
    language text not null,
    form_version text not null,
    concern text not null check (concern in ('sea', 'sh')),
    country text not null,
    reporter_type text not null,
    personnel_category text not null,
    age_band text not null,
    wish text not null,
    relation text not null,
    home_safe text not null,
    urgent boolean not null,
    help_wanted boolean not null,
    needs text[] not null,
    narrative_enc bytea,
    place_enc bytea,
    happened_enc bytea,
    accused_enc bytea,
    reporter_name_enc bytea,
    safe_contact_enc bytea,
    safe_times_enc bytea,
    data_key bytea not null,
    key_period text not null,
    sequence integer not null,
    primary key (agency, reference)
);
create index reports_case on reports (agency, case_reference);

create table receipts (
    locator integer primary key,
    agency text not null,
    report_reference text not null,
    submission uuid not null unique,
    salt bytea not null,
    tag_hash bytea not null,
    made_on date not null
);

create table consents (
    number bigint generated always as identity primary key,
    agency text not null,
    report_reference text not null,
    scope text not null,
    state text not null,
    changed_at timestamptz not null default clock_timestamp(),
    changed_by text not null
);
create index consents_report on consents (agency, report_reference, scope, number);

create table cases (
    agency text not null,
    reference text not null,
    version integer not null,
    sequence integer not null,
    opened_at timestamptz not null default clock_timestamp(),
    stage text not null,
    concern text not null check (concern in ('sea', 'sh')),
    country text not null,
    serious boolean not null,
    allegation_type text not null,
    allegation_nature text not null,
    personnel_category text not null,
    contributing_country text not null,
    investigating_entity text not null,
    outcome text not null,
    closure_reason text not null,
    received_on date not null,
    assessed_on date,
    reported_on date,
    referred_on date,
    country_notified_on date,
    country_answered_on date,
    investigation_started_on date,
    investigation_completed_on date,
    report_submitted_on date,
    outcome_on date,
    sanction_on date,
    closed_on date,
    victims jsonb not null,
    sanctions jsonb not null,
    proposal_kind text,
    proposal_code text,
    proposal_on date,
    proposal_by text,
    data_key bytea not null,
    key_period text not null,
    primary key (agency, reference)
);
create index cases_open on cases (agency, stage) where stage <> 'closed';

create table case_clocks (
    agency text not null,
    case_reference text not null,
    code text not null,
    limits_version text not null,
    holder text not null,
    started_on date not null,
    stopped_on date,
    cancelled_on date,
    breach_published boolean not null,
    primary key (agency, case_reference, code)
);
create index case_clocks_running on case_clocks (agency)
    where stopped_on is null and cancelled_on is null and not breach_published;

create table clock_pauses (
    agency text not null,
    case_reference text not null,
    code text not null,
    number integer not null,
    started_on date not null,
    ended_on date,
    reason text not null,
    holder text not null,
    primary key (agency, case_reference, code, number)
);

create table case_timeline (
    agency text not null,
    case_reference text not null,
    number integer not null,
    at timestamptz not null default clock_timestamp(),
    on_date date not null,
    act text not null,
    codes jsonb not null,
    actor_kind text not null,
    actor_subject text not null,
    actor_name_enc bytea,
    primary key (agency, case_reference, number)
);
"""

# A receipt's own row, only for the right tag. The other functions join it, so that the check stands in one place.
FUNCTIONS = """
create function receipt_salt(wanted integer) returns bytea
    language sql stable security definer set search_path = public, pg_temp
    as $$ select salt from receipts where locator = wanted $$;

create function receipt_is_of(wanted integer, sent uuid) returns boolean
    language sql stable security definer set search_path = public, pg_temp
    as $$ select exists (select 1 from receipts where locator = wanted and submission = sent) $$;

create function receipt_report(wanted integer, tag bytea)
    returns table (agency text, reference text, case_reference text, received date, concern text, help_wanted boolean)
    language sql stable security definer set search_path = public, pg_temp
    as $$
    select r.agency, r.reference, r.case_reference, r.received, r.concern, r.help_wanted
    from receipts v join reports r on r.agency = v.agency and r.reference = v.report_reference
    where v.locator = wanted and v.tag_hash = sha256(tag)
    $$;

create function receipt_case(wanted integer, tag bytea) returns setof cases
    language sql stable security definer set search_path = public, pg_temp
    as $$
    select c.* from receipt_report(wanted, tag) r
    join cases c on c.agency = r.agency and c.reference = r.case_reference
    $$;

create function receipt_clocks(wanted integer, tag bytea) returns setof case_clocks
    language sql stable security definer set search_path = public, pg_temp
    as $$
    select k.* from receipt_report(wanted, tag) r
    join case_clocks k on k.agency = r.agency and k.case_reference = r.case_reference
    $$;

create function receipt_pauses(wanted integer, tag bytea) returns setof clock_pauses
    language sql stable security definer set search_path = public, pg_temp
    as $$
    select p.* from receipt_report(wanted, tag) r
    join clock_pauses p on p.agency = r.agency and p.case_reference = r.case_reference
    $$;

create function receipt_consents(wanted integer, tag bytea) returns table (scope text, state text)
    language sql stable security definer set search_path = public, pg_temp
    as $$
    select distinct on (c.scope) c.scope, c.state from receipt_report(wanted, tag) r
    join consents c on c.agency = r.agency and c.report_reference = r.reference
    order by c.scope, c.number desc
    $$;

create function receipt_next_sequence(wanted integer, tag bytea) returns integer
    language sql volatile security definer set search_path = public, pg_temp
    as $$
    update reports r set sequence = r.sequence + 1
    from receipt_report(wanted, tag) own where r.agency = own.agency and r.reference = own.reference
    returning r.sequence
    $$;
"""


def upgrade() -> None:
    install_core(op)
    op.execute(TABLES)
    tenant_table(op, "reports", app="select, insert, update", consume="select", public="insert")
    tenant_table(op, "receipts", app="select", public="insert")
    tenant_table(op, "consents", app="select, insert", public="insert")
    for table in ("cases", "case_clocks", "case_timeline"):
        tenant_table(op, table, app="select, insert, update", consume="select, insert, update", public="insert")
    tenant_table(op, "clock_pauses", app="select, insert, update", consume="select")
    op.execute(FUNCTIONS)
    definer_function(op, "receipt_salt(integer)", logins=("public",))
    definer_function(op, "receipt_is_of(integer, uuid)", logins=("public",))
    for name in ("report", "case", "clocks", "pauses", "consents", "next_sequence"):
        definer_function(op, f"receipt_{name}(integer, bytea)", logins=("public",))
