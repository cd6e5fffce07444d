"""Public pages of the last release, and of every earlier one at its own address.

No session, no cookie, no live count.
"""

import json
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.responses import Response

from concord_core.identity import Allow, Principal, Routes
from concord_core.storage import Database
from concord_core.web import Pages
from concord_reporting.errors import NO_RELEASE_YET, UNKNOWN_FORMAT, UNKNOWN_RELEASE, UNKNOWN_TABLE
from concord_reporting.releases import chart, domain, store

_MEDIA = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
Reader = Annotated[Principal, Depends(Allow("reporting.releases.read"))]


def router(database: Database) -> Routes:
    """`/data`, `/data/<table>[.csv|.json]`, `/data/r/<release>[/<table>[.csv|.json]]`."""
    routes = Routes("/data")
    pages = Pages("concord_reporting", "/data")

    def found(release_id: str | None) -> store.Release:
        with database.engine.connect() as conn:
            release = store.find(conn, release_id)
        if release is None:
            raise (UNKNOWN_RELEASE if release_id else NO_RELEASE_YET).error()
        return release

    def frozen(release: store.Release, name: str) -> bytes:
        with database.engine.connect() as conn:
            content = store.file(conn, release.id, name)
        if content is None:
            raise UNKNOWN_TABLE.error(tables=", ".join(domain.TABLES))
        return content

    def shown(release: store.Release, key: str) -> dict[str, Any]:
        table = domain.table_from_json(json.loads(frozen(release, f"{key}.json")))
        first = next(iter(domain.TABLES[key].columns))
        points = [(year, cells[first]) for year, cells in table.rows]
        return {"definition": domain.TABLES[key], "table": table, "first": first, "bars": chart.bars(points)}

    def overview(request: Request, release: store.Release) -> Response:
        tables = [shown(release, key) for key in domain.TABLES]
        return pages.render(request, "overview.html", release=release, tables=tables)

    def one(request: Request, release: store.Release, name: str) -> Response:
        key, _, extension = name.partition(".")
        if key not in domain.TABLES:
            raise UNKNOWN_TABLE.error(tables=", ".join(domain.TABLES))
        if not extension:
            return pages.render(request, "table.html", release=release, **shown(release, key))
        if extension not in _MEDIA:
            raise UNKNOWN_FORMAT.error()
        headers = {"content-disposition": f'inline; filename="{release.id}-{key}.{extension}"'}
        return Response(frozen(release, name), media_type=_MEDIA[extension], headers=headers)

    @routes.get("")
    def last(request: Request, _reader: Reader) -> Response:
        with database.engine.connect() as conn:
            release = store.find(conn)
        if release is None:
            return pages.render(request, "no_release.html")
        return overview(request, release)

    @routes.get("/r/{release_id}")
    def earlier(request: Request, release_id: str, _reader: Reader) -> Response:
        return overview(request, found(release_id))

    @routes.get("/r/{release_id}/manifest.json")
    def manifest(release_id: str, _reader: Reader) -> Response:
        return Response(domain.canonical(found(release_id).manifest), media_type="application/json")

    @routes.get("/r/{release_id}/{name}")
    def earlier_table(request: Request, release_id: str, name: str, _reader: Reader) -> Response:
        return one(request, found(release_id), name)

    @routes.get("/{name}")
    def last_table(request: Request, name: str, _reader: Reader) -> Response:
        return one(request, found(None), name)

    return routes
