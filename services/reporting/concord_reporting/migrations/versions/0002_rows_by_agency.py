"""Rows of the projections belong to the agency that published them: no agency's fact can name another's record.

Referrals of before have no recipient: `concord replay figures` fills them in.
"""

from alembic import op

revision = "0002"
down_revision = "0001"

KEYS = """
alter table projected_cases drop constraint projected_cases_pkey, add primary key (generation, agency, reference);
alter table projected_reports drop constraint projected_reports_pkey, add primary key (generation, agency, reference);
alter table projected_screenings
    drop constraint projected_screenings_pkey, add primary key (generation, agency, reference);
alter table projected_clocks
    drop constraint projected_clocks_pkey, add primary key (generation, agency, case_reference, clock);

alter table projected_victims add column agency text;
update projected_victims v set agency = c.agency from projected_cases c
    where c.generation = v.generation and c.reference = v.case_reference;
delete from projected_victims where agency is null;
alter table projected_victims alter column agency set not null,
    drop constraint projected_victims_pkey,
    add primary key (generation, agency, case_reference, sex, age_category);

alter table projected_referrals add column recipient text not null default '';
alter table projected_referrals alter column recipient drop default,
    drop constraint projected_referrals_pkey,
    add primary key (generation, owner, recipient, reference);
"""


def upgrade() -> None:
    """Puts the agencies into the keys."""
    op.execute(KEYS)
