"""A consent that ended by its date can overtake its referral as a withdrawal can: both are kept, and which it was."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Names the table after both and says which of them a row tells of; rows of before are withdrawals."""
    op.execute("alter table withdrawals_ahead rename to consents_over")
    op.execute("alter table consents_over rename column withdrawn_date to day")
    op.execute("alter table consents_over add column event text not null default 'consent_withdrawn'")
    op.execute("alter table consents_over alter column event drop default")
    op.execute(
        "create index consents_by_end on consents (agency, expiry_date) where state in ('given', 'given_by_guardian')"
    )
