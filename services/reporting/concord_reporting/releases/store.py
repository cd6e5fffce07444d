"""SQL of releases: reads the projections' exact cells with their events, keeps what was published for ever."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, text

from concord_core.codes import SUBSTANTIATED

Cells = dict[int, dict[str, int]]
Sources = list[tuple[str, int, str, str]]

_CASES = """
select extract(year from c.received_date)::int as year, c.event_id::text as event_id,
       (c.outcome = any(:substantiated)) as substantiated,
       coalesce((select sum(v.count) from projected_victims v
                 where v.generation = c.generation and v.agency = c.agency
                   and v.case_reference = c.reference), 0)::bigint as victims
from projected_cases c
where c.generation = :generation and c.concern = :concern and c.received_date <= :vintage"""
_REFERRALS = """
select extract(year from offered_date)::int as year, event_id::text as event_id, status from projected_referrals
where generation = :generation and offered_date <= :vintage"""
_SCREENINGS = """
select extract(year from requested_date)::int as year, event_id::text as event_id from projected_screenings
where generation = :generation and requested_date <= :vintage"""


@dataclass(frozen=True)
class Release:
    """A published release."""

    id: str
    published_on: date
    vintage: date
    manifest: Mapping[str, Any]
    manifest_sha256: str


def exact_cells(conn: Connection, generation: int, vintage: date) -> tuple[dict[str, Cells], Sources]:
    """The exact cells by table, year and column, and for each cell the events behind it."""
    tables: dict[str, Cells] = {"exploitation-and-abuse": {}, "harassment": {}, "assistance": {}, "screening": {}}
    sources: Sources = []

    def add(table: str, year: int, column: str, event_id: str, count: int = 1) -> None:
        row = tables[table].setdefault(year, {})
        row[column] = row.get(column, 0) + count
        sources.append((table, year, column, event_id))

    bound: dict[str, Any] = {"generation": generation, "vintage": vintage}
    for table, concern in (("exploitation-and-abuse", "sea"), ("harassment", "sh")):
        for row in conn.execute(text(_CASES), {**bound, "concern": concern, "substantiated": sorted(SUBSTANTIATED)}):
            add(table, row.year, "cases", row.event_id)
            if row.substantiated:
                add(table, row.year, "substantiated", row.event_id)
            if row.victims and concern == "sea":
                add(table, row.year, "victims", row.event_id, row.victims)
    for row in conn.execute(text(_REFERRALS), bound):
        add("assistance", row.year, "offered", row.event_id)
        if row.status in ("accepted", "done"):
            add("assistance", row.year, "accepted", row.event_id)
        if row.status == "done":
            add("assistance", row.year, "done", row.event_id)
    for row in conn.execute(text(_SCREENINGS), bound):
        add("screening", row.year, "screenings", row.event_id)
    return tables, sources


def insert(
    conn: Connection,
    release: Release,
    *,
    signing_key_id: str,
    signature: bytes,
    files: Mapping[str, bytes],
    sources: Iterable[tuple[str, int, str, str]],
) -> None:
    """Writes a release whole. No login may change or delete these rows."""
    conn.execute(
        text(
            """insert into releases (id, published_on, vintage, manifest, manifest_sha256, signing_key_id, signature)
               values (:id, :published_on, :vintage, cast(:manifest as jsonb), :sha256, :kid, :signature)"""
        ),
        {
            "id": release.id,
            "published_on": release.published_on,
            "vintage": release.vintage,
            "manifest": json.dumps(release.manifest),
            "sha256": release.manifest_sha256,
            "kid": signing_key_id,
            "signature": signature,
        },
    )
    for name, content in files.items():
        conn.execute(
            text("insert into release_files values (:release, :name, :content, encode(sha256(:content), 'hex'))"),
            {"release": release.id, "name": name, "content": content},
        )
    rows = [
        {"release": release.id, "table": table, "row": str(year), "column": column, "event": event}
        for table, year, column, event in sources
    ]
    if rows:
        conn.execute(
            text("insert into release_sources values (:release, :table, :row, :column, cast(:event as uuid))"), rows
        )


def one_at_a_time(conn: Connection) -> None:
    """Waits until no other transaction publishes: two at once would take one id."""
    conn.execute(text("select pg_advisory_xact_lock(hashtext('concord.release'))"))


def ids(conn: Connection) -> list[str]:
    """The ids of all releases, oldest first."""
    return list(conn.scalars(text("select id from releases order by at")))


def find(conn: Connection, release_id: str | None = None) -> Release | None:
    """The release with this id, or the last one published."""
    where = "where id = :id" if release_id else ""
    row = conn.execute(
        text(
            f"""select id, published_on, vintage, manifest, manifest_sha256 from releases
                {where} order by at desc limit 1"""
        ),
        {"id": release_id} if release_id else {},
    ).first()
    return Release(**row._mapping) if row else None


def file(conn: Connection, release_id: str, name: str) -> bytes | None:
    """A file's frozen bytes."""
    content = conn.scalar(
        text("select content from release_files where release_id = :release and name = :name"),
        {"release": release_id, "name": name},
    )
    return bytes(content) if content is not None else None


def signature(conn: Connection, release_id: str) -> tuple[str, bytes] | None:
    """The id of the operator's key and its signature over the manifest's bytes."""
    row = conn.execute(
        text("select signing_key_id, signature from releases where id = :id"), {"id": release_id}
    ).first()
    return (row.signing_key_id, bytes(row.signature)) if row else None
