"""The rooms persons, needs, consent and referrals.

Revision ID: 0001
Revises:
"""

from alembic import op

from concord_core.storage.core_tables import install_core
from concord_core.storage.ddl import tenant_table

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BOTH = "select, insert, update"


def upgrade() -> None:
    install_core(op)
    _persons()
    _needs()
    _consent()
    _referrals()


def _persons() -> None:
    op.execute(
        """create table persons (
             agency text not null, reference text not null,
             data_key bytea, key_period text not null,
             name_enc bytea, contact_enc bytea, safe_times_enc bytea, notes_enc bytea,
             sex text not null, age_category text not null, language text not null, country text not null,
             registered_date date not null, report_reference text,
             version int not null default 1, sequence int not null default 1,
             created_at timestamptz not null default now(),
             primary key (agency, reference), unique (agency, report_reference))"""
    )
    tenant_table(op, "persons", app=BOTH, consume=BOTH)
    op.execute(
        """create table handovers (
             agency text not null, report_reference text not null, requested_date date not null,
             country text not null, urgent boolean not null, language text not null,
             received_at timestamptz not null, due_at timestamptz not null,
             opened_at timestamptz, opened_by text, person_reference text,
             primary key (agency, report_reference),
             foreign key (agency, person_reference) references persons (agency, reference))"""
    )
    tenant_table(op, "handovers", app="select, update", consume=BOTH)
    op.execute(
        """create table reporter_limits (
             agency text not null, report_reference text not null, scope text not null, state text not null,
             changed_date date not null, primary key (agency, report_reference, scope))"""
    )
    tenant_table(op, "reporter_limits", app="select", consume=BOTH)


def _needs() -> None:
    op.execute(
        """create table needs (
             agency text not null, reference text not null, person_reference text not null,
             service text not null, status text not null, recorded_date date not null,
             offered_date date, provided_date date, declined_date date, provider text,
             version int not null default 1, created_at timestamptz not null default now(),
             primary key (agency, reference),
             foreign key (agency, person_reference) references persons (agency, reference))"""
    )
    op.execute("create index needs_of_person on needs (agency, person_reference)")
    tenant_table(op, "needs", app=BOTH, consume=BOTH)


def _consent() -> None:
    op.execute(
        """create table consents (
             agency text not null, reference text not null, person_reference text not null,
             scope text not null, recipient text not null, service text not null,
             field_groups text[] not null, given_how text not null, given_by text not null,
             state text not null, language text not null, given_date date not null, expiry_date date,
             withdrawn_date date, withdrawn_by text,
             data_key bytea, key_period text not null, words_enc bytea, best_interest_enc bytea,
             version int not null default 1, sequence int not null default 0,
             created_at timestamptz not null default now(),
             primary key (agency, reference),
             foreign key (agency, person_reference) references persons (agency, reference))"""
    )
    op.execute("create index consents_of_person on consents (agency, person_reference)")
    tenant_table(op, "consents", app=BOTH, consume=BOTH)
    op.execute(
        """create table grants (
             agency text not null, referral_reference text not null, consent_reference text not null,
             recipient text not null, field_groups text[] not null, purpose text not null,
             not_after date not null, disclosed_at timestamptz, revoked_at timestamptz,
             primary key (agency, referral_reference),
             foreign key (agency, consent_reference) references consents (agency, reference))"""
    )
    op.execute("create index grants_of_consent on grants (agency, consent_reference)")
    tenant_table(op, "grants", app=BOTH, consume=BOTH)


def _referrals() -> None:
    op.execute(
        """create table referrals (
             agency text not null, reference text not null, person_reference text not null,
             consent_reference text not null, need_reference text, recipient text not null,
             service text not null, urgent boolean not null, country text not null,
             field_groups text[] not null, status text not null,
             offered_date date not null, answer_by_date date not null,
             opened_at timestamptz, accepted_date date, provided_date date, done_date date,
             ended_date date, reason text,
             erasure_due_at timestamptz, erasure_confirmed_date date, backups_until_date date,
             data_key bytea, key_period text not null, note_enc bytea,
             version int not null default 1, sequence int not null default 1,
             created_at timestamptz not null default now(),
             primary key (agency, reference),
             foreign key (agency, person_reference) references persons (agency, reference),
             foreign key (agency, consent_reference) references consents (agency, reference))"""
    )
    op.execute("create index referrals_of_person on referrals (agency, person_reference)")
    op.execute("create index referrals_open on referrals (agency, status)")
    tenant_table(op, "referrals", app=BOTH, consume=BOTH)
    op.execute(
        """create table received_referrals (
             agency text not null, reference text not null, owner text not null,
             consent_reference text not null, service text not null, urgent boolean not null,
             country text not null, status text not null,
             offered_date date not null, answer_by_date date not null,
             received_at timestamptz not null default now(), traceparent text,
             check_state text not null default 'waiting', checked_at timestamptz,
             attempts int not null default 0, next_try_at timestamptz default now(),
             open_requested_at timestamptz, open_requested_by text,
             opened_at timestamptz, opened_by text,
             data_key bytea, key_period text, package_enc bytea,
             accepted_date date, provided_date date, done_date date, ended_date date, reason text,
             erased_date date, backups_until_date date, confirmed_at timestamptz,
             version int not null default 1, sequence int not null default 0,
             primary key (agency, reference))"""
    )
    op.execute("create index received_due on received_referrals (agency, next_try_at) where next_try_at is not null")
    tenant_table(op, "received_referrals", app=BOTH, consume=BOTH)
    # A withdrawal can overtake the offer: they are facts of two aggregates.
    op.execute(
        """create table withdrawals_ahead (
             agency text not null, referral_reference text not null, owner text not null,
             consent_reference text not null, withdrawn_date date not null,
             primary key (agency, referral_reference))"""
    )
    tenant_table(op, "withdrawals_ahead", app="select", consume=BOTH)
    op.execute(
        """create table referral_steps (
             agency text not null, number bigint generated always as identity, reference text not null,
             event text not null, by_agency text not null, day date not null,
             known_at timestamptz not null default now(), primary key (agency, number))"""
    )
    op.execute("create index steps_of_referral on referral_steps (agency, reference)")
    tenant_table(op, "referral_steps", app="select, insert", consume="select, insert")
