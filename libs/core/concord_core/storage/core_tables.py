"""The tables that every service's database has, whatever its own: each room of the core declares what it keeps."""

import concord_core.audit.ddl as audit_ddl
import concord_core.events.ddl as events_ddl
import concord_core.identity.ddl as identity_ddl
from concord_core.storage.ddl import Operations, login_prefix, tenant_table


def install_core(op: Operations) -> None:
    """Creates outbox, inbox, dead letters, consumers, audit entries, sessions and idempotency keys."""
    name = login_prefix(op)
    op.execute(f'grant usage on schema public to "{name}_app", "{name}_relay", "{name}_consume", "{name}_public"')
    events_ddl.create_tables(op)
    audit_ddl.create_tables(op)
    identity_ddl.create_tables(op)
    op.execute(
        """create table idempotency_keys (
             agency text not null, scope text not null, key text not null, fingerprint bytea not null,
             data_key bytea not null, key_period text not null,
             body jsonb not null, created_at timestamptz not null default now(),
             primary key (agency, scope, key))"""
    )
    tenant_table(op, "idempotency_keys", app="select, insert, update, delete")
