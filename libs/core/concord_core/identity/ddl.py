"""Tables of staff sign-ins: shared, without personal columns; what a session holds is encrypted with a node key."""

from concord_core.storage.ddl import Operations, shared_table


def create_tables(op: Operations) -> None:
    """Creates `sessions` (found by hashes only) and `logout_tokens` (each may be used once)."""
    op.execute(
        """create table sessions (
             id_hash bytea primary key check (octet_length(id_hash) = 32),
             issuer_session_hash bytea,
             subject_hash bytea not null,
             content_enc bytea not null,
             started_at timestamptz not null,
             seen_at timestamptz not null,
             ends_at timestamptz not null)"""
    )
    op.execute("create index sessions_issuer_session on sessions (issuer_session_hash)")
    op.execute("create index sessions_subject on sessions (subject_hash)")
    op.execute("create index sessions_ends on sessions (ends_at)")
    shared_table(op, "sessions", app="select, insert, update, delete")
    op.execute("create table logout_tokens (token_hash bytea primary key, ends_at timestamptz not null)")
    shared_table(op, "logout_tokens", app="select, insert, delete")
