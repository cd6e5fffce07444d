"""Puts intake's parts together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from concord_core import clocks
from concord_core.runtime import Context, Job, Parts, Service
from concord_core.values import today
from concord_core.vault import SealedBox
from concord_intake.callbacks import http as call_backs_http
from concord_intake.callbacks import pages as call_back_pages
from concord_intake.callbacks.commands import CallBacks
from concord_intake.cases import clock_pages
from concord_intake.cases import http as cases_http
from concord_intake.cases import pages as cases_pages
from concord_intake.cases.commands import Cases
from concord_intake.cases.jobs import sweep
from concord_intake.config import IntakeSettings
from concord_intake.consent import rpc
from concord_intake.office import Office
from concord_intake.policy import policy
from concord_intake.reports import form, pages, return_pages
from concord_intake.reports import http as reports_http
from concord_intake.reports.commands import Reports
from concord_intake.reports.limits import Tries

SWEEP_EVERY = timedelta(minutes=5)


def now() -> datetime:
    """The moment of recording, in UTC."""
    return datetime.now(UTC)


def build(context: Context) -> Parts:
    """Public pages, REST, staff pages, the handover RPC and the sweep of clocks."""
    agreement, node = context.agreement, context.settings.node
    hosted = agreement.hosted_by(node, "intake")
    limits = clocks.load()
    cases = Cases(context.vault, limits, today)
    call_backs = CallBacks(cases, clocks.load("promises"), now)
    reports = Reports(context.vault, cases, call_backs, today)
    desk = pages.Desk(
        reports=reports,
        public=context.public_db,
        form=form.load(),
        codes=context.codes,
        box=SealedBox(context.keys.node_key("intake.forms")),
        agencies=tuple(slug for slug in hosted if slug != agreement.operator),
        unsure=agreement.receiving_agency(node) or (agreement.operator if agreement.operator in hosted else ""),
        origin=context.settings.public_origin,
    )
    office = Office(cases, call_backs, reports, context.own, context.codes)
    handovers = rpc.Handovers(reports, context.app_db, agreement, context.keys)
    return Parts(
        routers=[
            pages.router(desk),
            return_pages.router(desk, Tries()),
            reports_http.router(context.own, reports, context.codes),
            cases_http.router(context.own, cases, context.codes),
            cases_pages.router(office),
            clock_pages.router(office),
            call_backs_http.router(context.own, call_backs, cases),
            call_back_pages.router(office),
        ],
        rpc=[rpc.service(handovers)],
        jobs=[Job("intake.clocks.sweep", SWEEP_EVERY, lambda: _sweep(context, cases, hosted))],
    )


def _sweep(context: Context, cases: Cases, hosted: tuple[str, ...]) -> None:
    sweep(context.consume_db, cases, hosted)


SERVICE = Service(
    name="intake",
    package="concord_intake",
    settings=IntakeSettings,
    policy=policy,
    build=build,
    staff_prefix="/cases",
)
