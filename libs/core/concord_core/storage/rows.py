"""What every store does alike with the rows of a tenant table: add, find, lock, change, number facts, read records.

Each statement names the work's agency, as row-level security does once more. Names of tables and columns are written
in code, never taken from a request.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, TypeVar, cast

from sqlalchemy import Row, text

from concord_core.errors.codes import NOT_FOUND
from concord_core.storage.work import Work

T = TypeVar("T")


def insert(work: Work, table: str, values: Mapping[str, Any]) -> None:
    """Adds a row."""
    work.conn.execute(text(_insert(table, values)), {"agency": work.owner, **values})


def insert_once(work: Work, table: str, values: Mapping[str, Any]) -> bool:
    """Adds a row; False, and nothing changes, when there is one with its keys already."""
    statement = text(_insert(table, values) + " on conflict do nothing")
    return work.conn.execute(statement, {"agency": work.owner, **values}).rowcount == 1


def _insert(table: str, values: Mapping[str, Any]) -> str:
    columns = ("agency", *values)
    return f"insert into {table} ({', '.join(columns)}) values ({', '.join(f':{name}' for name in columns)})"


def find(work: Work, table: str, reference: str, *, key: str = "reference", lock: bool = False) -> Row[Any] | None:
    """The row whose `key` is `reference`, if the agency has it; locked, nobody changes it before this work ends."""
    statement = f"select * from {table} where agency = :agency and {key} = :reference"
    return work.conn.execute(
        text(statement + (" for update" if lock else "")), {"agency": work.owner, "reference": reference}
    ).one_or_none()


def get(work: Work, table: str, reference: str, *, key: str = "reference", lock: bool = False) -> Row[Any]:
    """As `find`; raises NOT_FOUND if the agency has no such row."""
    row = find(work, table, reference, key=key, lock=lock)
    if row is None:
        raise NOT_FOUND.error()
    return row


def select(work: Work, table: str, rest: str, **given: Any) -> Sequence[Row[Any]]:
    """The agency's rows; `rest` goes on after `where agency = …`: `and state = :state order by made_at`."""
    return work.conn.execute(
        text(f"select * from {table} where agency = :agency {rest}"), {"agency": work.owner, **given}
    ).all()


def update(work: Work, table: str, reference: str, values: Mapping[str, Any]) -> None:
    """Writes these columns of a record."""
    _write(work, table, reference, values, [f"{name} = :{name}" for name in values])


def change(work: Work, table: str, reference: str, values: Mapping[str, Any]) -> None:
    """Writes these columns of a record; its version grows by one."""
    _write(work, table, reference, values, [*(f"{name} = :{name}" for name in values), "version = version + 1"])


def _write(work: Work, table: str, reference: str, values: Mapping[str, Any], sets: Sequence[str]) -> None:
    statement = f"update {table} set {', '.join(sets)} where agency = :_agency and reference = :_reference"
    work.conn.execute(text(statement), {**values, "_agency": work.owner, "_reference": reference})


def next_fact(work: Work, table: str, reference: str) -> int:
    """Locks a record and returns the sequence of its next fact."""
    statement = (
        f"update {table} set sequence = sequence + 1 where agency = :agency and reference = :reference"
        " returning sequence"
    )
    given = {"agency": work.owner, "reference": reference}
    return int(work.conn.execute(text(statement), given).scalar_one())


def record_of(kind: type[T], row: Row[Any], **given: Any) -> T:
    """The row as a dataclass: each field from the column of its name, a day's from `<name>_date`, a moment's from
    `<name>_at`; `given` are the fields that are not stored as they are."""
    columns = row._mapping
    for name in (one.name for one in fields(cast("Any", kind)) if one.name not in given):
        column = next((found for found in (name, f"{name}_date", f"{name}_at") if found in columns), None)
        if column is not None:
            given[name] = columns[column]
    return kind(**given)
