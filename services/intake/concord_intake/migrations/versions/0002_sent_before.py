"""What the public login may learn of a submission that was stored: its locator, and the day on which it arrived.

The id of a submission is derived from a secret seed and has 122 bits, so that nobody can ask for somebody else's.
"""

from alembic import op

from concord_core.storage.ddl import definer_function

revision = "0002"
down_revision = "0001"

FUNCTIONS = """
create function submission_sent(sent uuid) returns table (locator integer, received date)
    language sql stable security definer set search_path = public, pg_temp
    as $$
    select v.locator, r.received
    from receipts v join reports r on r.agency = v.agency and r.reference = v.report_reference
    where v.submission = sent
    $$;

drop function receipt_is_of(integer, uuid);
"""


def upgrade() -> None:
    """Adds the function, and drops the one that it replaces."""
    op.execute(FUNCTIONS)
    definer_function(op, "submission_sent(uuid)", logins=("public",))
