"""This service's part of a person's work, as `/work` asks for it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import JSONResponse

from concord_core.identity import Allow, Principal, Routes
from concord_core.web import translator_of
from concord_core.web.rest import OwnAgency
from concord_core.web.work import work_answer
from concord_victim_assistance.worklist import Worklist, work_item


def router(own: OwnAgency, worklist: Worklist) -> Routes:
    """`GET /api/assistance/work-items`."""
    api = Routes("/api/assistance", tags=["work"])

    @api.get("/work-items")
    def work_items(request: Request, who: Annotated[Principal, Depends(Allow("assistance.work.list"))]) -> JSONResponse:
        """What the caller must do next, and by when; verbs are in the language of the request."""
        say = translator_of(request).gettext
        with own.work(who) as work:
            items = worklist.items(work, who, datetime.now(UTC))
        return work_answer(work_item(item, say) for item in items)

    return api
