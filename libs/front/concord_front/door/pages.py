"""`/`: the first page. It has no cookie, no script, and nothing that names the topic in its title or address."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import Response

from concord_core.identity import AllowPage, Principal, Routes
from concord_core.web import Pages

Anybody = Annotated[Principal, Depends(AllowPage("front.door.read"))]


def router() -> Routes:
    """The route of the front door."""
    routes, pages = Routes(include_in_schema=False), Pages("concord_front")

    @routes.get("/")
    def door(request: Request, who: Anybody) -> Response:
        """Three ways in, and where to call first."""
        return pages.render(request, "door.html")

    return routes
