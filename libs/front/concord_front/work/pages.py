"""`/work`: what must I do next, and by when, across all services; one that does not answer is named."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Query, Request
from starlette.responses import Response

from concord_core.codes import CodeLists
from concord_core.identity import AllowPage, Principal, Routes
from concord_core.web import Pages, Translator, lang_of, translator_of
from concord_front.work.client import Part, Services
from concord_front.work.domain import Bands, bands, matching
from concord_front.work.words import SERVICES, kind

Worker = Annotated[Principal, Depends(AllowPage("front.work.list"))]


def router(services: Services) -> Routes:
    """The route of the list."""
    routes, pages, codes = Routes(include_in_schema=False), Pages("concord_front", "/work"), CodeLists.load()

    @routes.get("/work")
    def work(
        request: Request,
        who: Worker,
        part: Annotated[str, Query(max_length=20)] = "",
        reference: Annotated[str, Query(max_length=100)] = "",
    ) -> Response:
        """The list, whole or narrowed by service or reference."""
        words = translator_of(request)
        parts = services.work_items(request.state.session.access_token, lang_of(request))
        chosen = part if part in SERVICES else ""
        everything = [item for one in parts for item in one.items]
        shown = bands(matching(everything, chosen, reference), datetime.now(UTC))
        return pages.render(
            request,
            "work.html",
            bands=shown,
            counts=counts(words, shown),
            filters=filters(words, parts, chosen),
            down=[words.gettext(SERVICES[one.service]) for one in parts if one.down],
            kind_of=lambda code: kind(words, codes, code),
            country_of=lambda code: words.code("country_iso3166_alpha3", code) if code else "",
            reference=reference.strip(),
        )

    return routes


def counts(words: Translator, shown: Bands) -> str:
    """The sentence under the title."""
    if not shown.total:
        return words.gettext("Nothing waits for you.")
    return " · ".join(
        [
            words.ngettext("%(num)s late", "%(num)s late", len(shown.late)),
            words.ngettext("%(num)s due in 7 days", "%(num)s due in 7 days", len(shown.soon)),
            words.ngettext("%(num)s waits for others", "%(num)s wait for others", len(shown.waiting)),
        ]
    )


def filters(words: Translator, parts: Sequence[Part], chosen: str) -> list[tuple[str, int, str, bool]]:
    """One link per service that answered, and one for all."""
    total = sum(len(part.items) for part in parts)
    links = [(words.gettext("All"), total, "/work", not chosen)]
    return links + [
        (words.gettext(SERVICES[part.service]), len(part.items), f"/work?part={part.service}", part.service == chosen)
        for part in parts
        if not part.down
    ]
