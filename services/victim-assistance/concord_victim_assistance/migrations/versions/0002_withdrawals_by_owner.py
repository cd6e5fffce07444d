"""Withdrawals that overtake their referral are kept by owner: nobody takes the place of another agency's."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Puts the owner into the key."""
    op.execute(
        """alter table withdrawals_ahead drop constraint withdrawals_ahead_pkey,
             add primary key (agency, owner, referral_reference)"""
    )
