"""Puts the screening service together: rooms, edges, jobs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial

from concord_core import values
from concord_core.agreement import Purpose
from concord_core.runtime import Context, Job, Parts, Service, in_turn
from concord_core.storage import Actor
from concord_core.web import Pages
from concord_screening import worklist
from concord_screening.checks import http as checks_http
from concord_screening.checks import pages as checks_pages
from concord_screening.checks.asking import Asking
from concord_screening.checks.commands import Checks
from concord_screening.checks.domain import Quota
from concord_screening.checks.keeper import lifespan
from concord_screening.checks.matcher import Matcher
from concord_screening.checks.shelf import Shelf
from concord_screening.config import ScreeningSettings
from concord_screening.disclosure import http as disclosure_http
from concord_screening.disclosure import jobs as disclosure_jobs
from concord_screening.disclosure import late_pages, rpc
from concord_screening.disclosure import pages as disclosure_pages
from concord_screening.disclosure.commands import Disclosures, Tickets
from concord_screening.engine.commands import shipped_model
from concord_screening.policy import policy
from concord_screening.register import handlers
from concord_screening.register import http as register_http
from concord_screening.register import pages as register_pages
from concord_screening.register.commands import Register
from concord_screening.worklist import Worklist

NAME = "screening"
STAFF_PREFIX = "/screening"
JOBS = Actor("job", "screening.jobs")


@dataclass(frozen=True)
class Rooms:
    """The rooms of one process. `jobs_checks` is the same room as `checks`, over the login of jobs."""

    settings: ScreeningSettings
    agencies: tuple[str, ...]
    register: Register
    disclosures: Disclosures
    tickets: Tickets
    shelf: Shelf
    checks: Checks
    jobs_checks: Checks


def rooms(context: Context) -> Rooms:
    """Builds the rooms; the matcher is shared, so that a process holds each index once."""
    settings = context.settings
    if not isinstance(settings, ScreeningSettings):
        raise TypeError("screening needs its own settings")
    agencies = context.agreement.hosted_by(settings.node, NAME)
    register = Register(context.vault, context.codes)
    disclosures = Disclosures(context.vault, register)
    tickets = Tickets(context.keys.node_key("screening.ticket"))
    shelf = Shelf(settings.index_folder, context.app_db, register, agencies)
    group_key = context.keys.node_key("screening.group")

    def shares(owner: str, asker: str) -> bool:
        return context.agreement.flow_allows(owner, asker, NAME, Purpose.SCREENING, datetime.now(UTC))

    matcher = Matcher(context.app_db, shelf, disclosures, tickets, group_key, shares)
    quota = Quota(settings.quota_person, settings.quota_agency)
    return Rooms(
        settings=settings,
        agencies=agencies,
        register=register,
        disclosures=disclosures,
        tickets=tickets,
        shelf=shelf,
        checks=Checks(context.app_db, context.vault, context.codes, matcher, quota),
        jobs_checks=Checks(context.consume_db, context.vault, context.codes, matcher, quota),
    )


def build(context: Context, today: Callable[[], date] = values.today) -> Parts:
    """The parts of the service; `today` gives the day in UTC on which limits are looked at.

    `ModelError` names the file of the engine's model that is missing or altered.
    """
    shipped_model()  # a process whose engine could find nobody does not start
    made = rooms(context)
    settings, own = made.settings, context.own
    erased_within = timedelta(minutes=settings.erasure_minutes)
    pace = checks_http.Pace(settings.answer_step_ms / 1000)
    servicer = rpc.ScreeningServicer(
        context.app_db, made.disclosures, made.tickets, context.agreement, context.keys, made.agencies
    )
    pages = Pages("concord_screening", STAFF_PREFIX)
    items = Worklist(made.register, made.checks, made.disclosures)
    return Parts(
        routers=[
            register_http.router(own, made.register),
            checks_http.router(own, made.checks, pace, lifespan(made.shelf, erased_within / 2)),
            disclosure_http.router(own, made.disclosures),
            register_pages.router(own, made.register, pages),
            checks_pages.router(own, made.checks, pace, pages),
            disclosure_pages.router(own, made.disclosures, pages),
            worklist.router(own, items, pages, today),
            late_pages.router(own, made.disclosures, pages, today),
        ],
        rpc=[rpc.rpc_service(servicer)] if settings.rpc else [],
        subscriptions=[handlers.subscription(made.register)],
        jobs=_jobs(context, made, erased_within, today),
    )


def _jobs(context: Context, made: Rooms, erased_within: timedelta, today: Callable[[], date]) -> list[Job]:
    def each(act: Callable[[str], None]) -> None:
        in_turn(made.agencies, act)

    def ask() -> None:
        checks, settings = made.jobs_checks, made.settings
        Asking(settings.node, context.agreement, context.keys, context.peers, checks, today).run()

    def confirm(agency: str) -> None:
        with context.consume_db.work(agency, actor=JOBS) as work:
            made.register.confirm_erasures(work, erased_within)

    def escalate() -> None:
        steward = context.agreement.operator
        disclosure_jobs.escalate(context.consume_db, made.disclosures, made.agencies, steward, today())

    minute = timedelta(minutes=1)
    return [
        Job("screening.ask", timedelta(seconds=made.settings.ask_seconds), ask),
        Job("screening.compare", minute / 2, partial(each, made.jobs_checks.compare_missed)),
        Job("screening.index", minute, partial(made.shelf.tidy, erased_within / 2, only_open=True)),
        Job("screening.erasures", minute, partial(each, confirm)),
        Job("screening.escalate", 5 * minute, escalate),
        Job("screening.count", timedelta(hours=1), partial(each, made.jobs_checks.count_days)),
    ]


SERVICE = Service(
    name=NAME,
    package="concord_screening",
    settings=ScreeningSettings,
    policy=policy,
    build=build,
    staff_prefix=STAFF_PREFIX,
)
