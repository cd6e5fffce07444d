"""What a migration says about a table: tenant or shared, and what each login may do. A new table has no grants.

*Tenant*: rows belong to the agency in column `agency`; row-level security is forced, a login sees the rows of the
agency set for its transaction, and the owner (migrations only) has a policy of its own, because under forced row-level
security an update by an owner without one changes nothing and says nothing. *Shared*: no personal column, granted per
login.
"""

from typing import Any, Protocol, TypedDict, Unpack

from sqlalchemy import text


class Operations(Protocol):
    """What `alembic.op` offers to these declarations."""

    def execute(self, sqltext: str) -> Any:
        """Runs a statement."""

    def get_bind(self) -> Any:
        """The connection of the migration."""


def login_prefix(op: Operations) -> str:
    """What the names of the database's logins begin with; migrations run as `<prefix>_owner`."""
    return str(op.get_bind().scalar(text("select current_user"))).removesuffix("_owner")


class Grants(TypedDict, total=False):
    """SQL privileges by login."""

    app: str
    consume: str
    relay: str
    public: str


def _grant(op: Operations, table: str, grants: Grants) -> None:
    name = login_prefix(op)
    for login, privileges in grants.items():
        op.execute(f'grant {privileges} on {table} to "{name}_{login}"')


def tenant_table(op: Operations, table: str, **grants: Unpack[Grants]) -> None:
    """Declares `table`, which has `agency text not null`, as tenant; arguments list SQL privileges by login."""
    name = login_prefix(op)
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"alter table {table} force row level security")
    op.execute(f'create policy owner_all on {table} to "{name}_owner" using (true) with check (true)')
    logins = ", ".join(f'"{name}_{login}"' for login in grants)
    own = "agency = nullif(current_setting('app.agency', true), '')"
    op.execute(f"create policy own_agency on {table} to {logins} using ({own}) with check ({own})")
    op.execute(f"comment on table {table} is 'tenant'")
    _grant(op, table, grants)


def shared_table(op: Operations, table: str, **grants: Unpack[Grants]) -> None:
    """Declares `table` as shared: it has no personal column; each argument lists SQL privileges of that login."""
    op.execute(f"comment on table {table} is 'shared'")
    _grant(op, table, grants)


def definer_function(op: Operations, signature: str, *, logins: tuple[str, ...]) -> None:
    """Lets only `logins` call a `security definer` function, given as `name(argument types)`."""
    name = login_prefix(op)
    op.execute(f"revoke all on function {signature} from public")
    for login in logins:
        op.execute(f'grant execute on function {signature} to "{name}_{login}"')
