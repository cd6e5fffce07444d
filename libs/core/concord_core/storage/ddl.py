"""What a migration says about a table: tenant or shared, and what each login may do. A new table has no grants.

*Tenant*: rows belong to the agency in column `agency`; row-level security is forced, a login sees the rows of the agency
set for its transaction, and the owner (migrations only) has a policy of its own, because under forced row-level security
an update by an owner without one changes nothing and says nothing. *Shared*: no personal column, granted per login.
"""

from alembic.operations import Operations
from sqlalchemy import text

from concord_core import audit, events
from concord_core.identity import ddl as identity_ddl


def _database(op: Operations) -> str:
    return str(op.get_bind().scalar(text("select current_database()")))


def _grants(op: Operations, table: str, grants: dict[str, str | None]) -> None:
    name = _database(op)
    for login, privileges in grants.items():
        if privileges:
            op.execute(f'grant {privileges} on {table} to "{name}_{login}"')


def tenant_table(
    op: Operations,
    table: str,
    *,
    app: str | None = None,
    consume: str | None = None,
    relay: str | None = None,
    public: str | None = None,
) -> None:
    """Declares `table` (which has `agency text not null`) as tenant; each argument lists SQL privileges of that login."""
    grants = {"app": app, "consume": consume, "relay": relay, "public": public}
    name = _database(op)
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"alter table {table} force row level security")
    op.execute(f'create policy owner_all on {table} to "{name}_owner" using (true) with check (true)')
    logins = ", ".join(f'"{name}_{login}"' for login, privileges in grants.items() if privileges)
    own = "agency = nullif(current_setting('app.agency', true), '')"
    op.execute(f"create policy own_agency on {table} to {logins} using ({own}) with check ({own})")
    op.execute(f"comment on table {table} is 'tenant'")
    _grants(op, table, grants)


def shared_table(
    op: Operations,
    table: str,
    *,
    app: str | None = None,
    consume: str | None = None,
    relay: str | None = None,
    public: str | None = None,
) -> None:
    """Declares `table` as shared: it has no personal column; each argument lists SQL privileges of that login."""
    op.execute(f"comment on table {table} is 'shared'")
    _grants(op, table, {"app": app, "consume": consume, "relay": relay, "public": public})


def definer_function(op: Operations, signature: str, *, logins: tuple[str, ...]) -> None:
    """Lets only `logins` call a `security definer` function, given as `name(argument types)`."""
    name = _database(op)
    op.execute(f"revoke all on function {signature} from public")
    for login in logins:
        op.execute(f'grant execute on function {signature} to "{name}_{login}"')


def install_core(op: Operations) -> None:
    """Creates what every service's database has: outbox, inbox, dead letters, audit entries, sessions, idempotency keys."""
    name = _database(op)
    op.execute(f'grant usage on schema public to "{name}_app", "{name}_relay", "{name}_consume", "{name}_public"')
    events.ddl.create_tables(op)
    audit.ddl.create_tables(op)
    identity_ddl.create_tables(op)
    op.execute(
        """create table idempotency_keys (
             agency text not null, scope text not null, key text not null, fingerprint bytea not null,
             status int not null, body jsonb not null, created_at timestamptz not null default now(),
             primary key (agency, scope, key))"""
    )
    tenant_table(op, "idempotency_keys", app="select, insert, update, delete")
