"""The table of audit entries: tenant, inserted and read, never updated nor deleted by a login that runs."""

from concord_core.storage.ddl import Operations, tenant_table


def create_tables(op: Operations) -> None:
    """Creates `audit_entries`."""
    op.execute(
        """create table audit_entries (
             entry_id bigint generated always as identity primary key,
             agency text not null,
             recorded_at timestamptz not null,
             actor_kind text not null,
             actor_subject text not null,
             actor_agency text,
             action text not null,
             reference text not null,
             purpose text not null,
             details jsonb not null,
             salt bytea not null check (octet_length(salt) = 32),
             commitment bytea not null unique check (octet_length(commitment) = 32))"""
    )
    op.execute("create index audit_entries_reference on audit_entries (agency, reference, entry_id)")
    tenant_table(op, "audit_entries", app="select, insert", consume="select, insert", public="insert")
