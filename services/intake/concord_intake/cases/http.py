"""REST for every act on a case.

Each change takes `If-Match` with the version that the caller saw and an `Idempotency-Key`; the domain date `on` may lie
in the past. Answers carry codes, dates and references only. Annotations are values here: FastAPI reads them.
"""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Query, Response

from concord_core.codes import CodeLists
from concord_core.identity import Allow, Principal, Routes
from concord_core.storage import Work
from concord_core.web.rest import Key, OwnAgency, Version, answer
from concord_intake.cases.bodies import BODIES, DayBody, PauseBody
from concord_intake.cases.commands import Cases, CaseView, Person
from concord_intake.cases.domain import Act, Command
from concord_intake.cases.views import case_json

Pausing = Annotated[Principal, Depends(Allow("intake.clocks.pause"))]
Resuming = Annotated[Principal, Depends(Allow("intake.clocks.resume"))]


def router(own: OwnAgency, cases: Cases, codes: CodeLists) -> Routes:
    """The routes."""
    api = Routes("/api/intake", tags=["cases"])

    def change(who: Principal, key: str, scope: str, content: object, act: Callable[[Work], CaseView]) -> Response:
        return own.change(who, key, scope, content, lambda work: case_json(act(work), cases.today()))

    def perform(
        who: Principal, key: str, reference: str, version: int, body: DayBody | None, command: Command
    ) -> Response:
        scope = f"intake.cases.{command.act.value}/{reference}"

        def act(work: Work) -> CaseView:
            return cases.perform(work, reference, version, command, Person.of(who))

        return change(who, key, scope, (version, body), act)

    @api.get("/cases")
    def listed(
        who: Annotated[Principal, Depends(Allow("intake.cases.list"))],
        after: Annotated[str, Query(max_length=80)] = "",
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
        open_only: bool = False,
    ) -> Response:
        """The agency's cases by reference; `next` is the `after` of the following page."""
        with own.work(who) as work:
            found = cases.listed(work, open_only=open_only, after=after, limit=limit)
        items = [case_json(view, cases.today()) for view in found]
        return answer({"items": items, "next": items[-1]["reference"] if len(items) == limit else ""})

    @api.get("/cases/{reference}")
    def read(reference: str, who: Annotated[Principal, Depends(Allow("intake.cases.read"))]) -> Response:
        """One case with its clocks as segments, and its version as ETag."""
        with own.work(who) as work:
            return answer(case_json(cases.view(work, reference), cases.today()))

    def act_route(act: Act, kind: type[DayBody]) -> None:
        doer = Annotated[Principal, Depends(Allow(f"intake.cases.{act.value}"))]

        def do(reference: str, body: DayBody, version: Version, key: Key, who: doer) -> Response:
            """Does what the address says, on a day."""
            codes.check_all(*body.coded())
            return perform(who, key, reference, version, body, body.command(act))

        do.__annotations__["body"] = kind  # each act has a body of its own, which FastAPI reads here
        api.post(f"/cases/{{reference}}/{act.value}", name=act.value.replace("-", "_"))(do)

    def decision_route(act: Act) -> None:
        doer = Annotated[Principal, Depends(Allow(f"intake.cases.{act.value}"))]

        @api.post(f"/cases/{{reference}}/{act.value}", name=act.value.replace("-", "_"))
        def decide(reference: str, version: Version, key: Key, who: doer) -> Response:
            """Answers another person's proposal."""
            return perform(who, key, reference, version, None, Command(act, cases.today()))

    for act in Act:
        if act in BODIES:
            act_route(act, BODIES[act])
        else:
            decision_route(act)

    @api.post("/cases/{reference}/clocks/{clock}/pause")
    def pause(reference: str, clock: str, body: PauseBody, version: Version, key: Key, who: Pausing) -> Response:
        """Pauses a clock from a day on, with reason and holder."""

        def act(work: Work) -> CaseView:
            return cases.pause(work, reference, version, clock, body.on, body.reason, body.holder, Person.of(who))

        return change(who, key, f"intake.clocks.pause.{clock}/{reference}", (version, body), act)

    @api.post("/cases/{reference}/clocks/{clock}/resume")
    def resume(reference: str, clock: str, body: DayBody, version: Version, key: Key, who: Resuming) -> Response:
        """Lets a paused clock run again from a day on."""

        def act(work: Work) -> CaseView:
            return cases.resume(work, reference, version, clock, body.on, Person.of(who))

        return change(who, key, f"intake.clocks.resume.{clock}/{reference}", (version, body), act)

    return api
