"""SQL of releases: keeps what was published, and the facts behind each cell, for ever."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, text


@dataclass(frozen=True)
class Release:
    """A published release."""

    id: str
    published_on: date
    vintage: date
    manifest: Mapping[str, Any]
    manifest_sha256: str


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
