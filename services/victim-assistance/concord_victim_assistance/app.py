"""Puts the service together: rooms, their edges, consumers and jobs."""

from __future__ import annotations

from datetime import timedelta

from concord_core.agreement import Agreement
from concord_core.events import Subscription
from concord_core.identity import Routes
from concord_core.runtime import Context, Job, Parts, Service, in_turn
from concord_core.storage import Actor, Database
from concord_core.values import today
from concord_victim_assistance.config import AssistanceSettings, Limits
from concord_victim_assistance.consent import http as consent_http
from concord_victim_assistance.directory import http as directory_http
from concord_victim_assistance.directory import pages as directory_pages
from concord_victim_assistance.needs import http as needs_http
from concord_victim_assistance.persons import http as persons_http
from concord_victim_assistance.persons.handlers import HandoverHandlers
from concord_victim_assistance.persons.opening import HandoverOpening
from concord_victim_assistance.persons.peers import GrpcIntake
from concord_victim_assistance.policy import policy
from concord_victim_assistance.referrals import http as referrals_http
from concord_victim_assistance.referrals.courier import Courier, Opening
from concord_victim_assistance.referrals.handlers import ReferralHandlers
from concord_victim_assistance.referrals.peers import GrpcOwners
from concord_victim_assistance.referrals.rpc import AssistanceRpc, rpc_service
from concord_victim_assistance.rooms import Rooms, furnish
from concord_victim_assistance.staff import router as staff_router
from concord_victim_assistance.values import SERVICE as NAME
from concord_victim_assistance.worklist_http import router as worklist_router

STAFF = "/assistance"


def subscriptions(agreement: Agreement, node: str, rooms: Rooms) -> list[Subscription]:
    """What the service reads on a node. Where no agency hosted here has an intake, there are no requests for help."""
    found = [ReferralHandlers(agreement, rooms.owner, rooms.recipient).subscription()]
    if agreement.topics_for(node, NAME, ("intake",)):
        found.append(HandoverHandlers(rooms.persons, rooms.owner).subscription())
    return found


def build(context: Context) -> Parts:
    """The parts of this service on one node."""
    settings = context.settings
    limits = settings.limits if isinstance(settings, AssistanceSettings) else Limits()
    rooms = furnish(context.vault, context.codes, context.agreement, limits)
    owners = GrpcOwners(context.peers, context.agreement, context.keys)
    servicer = AssistanceRpc(context.app_db, context.agreement, context.keys, rooms.owner)
    courier = Courier(settings.node, context.agreement, context.consume_db, owners, rooms.recipient)

    def expire_of(agency: str) -> None:
        actor = Actor("job", "assistance.expire", agency)
        with context.consume_db.work(agency, actor=actor) as work:
            rooms.owner.end_consents(work, today())
        with context.consume_db.work(agency, actor=actor) as work:
            rooms.owner.expire(work)

    def expire() -> None:
        in_turn(context.agreement.hosted_by(settings.node, NAME), expire_of)

    return Parts(
        routers=_routers(context, rooms, owners),
        rpc=[rpc_service(servicer)],
        subscriptions=subscriptions(context.agreement, settings.node, rooms),
        jobs=[
            Job("courier", timedelta(seconds=1), courier.run),
            Job("expire", timedelta(hours=1), expire),
        ],
    )


def _routers(context: Context, rooms: Rooms, owners: GrpcOwners) -> list[Routes]:
    database: Database = context.app_db
    own = context.own
    intake = GrpcIntake(context.peers, context.agreement, context.keys)
    opening_handover = HandoverOpening(database, intake, rooms.persons, rooms.needs)
    opening = Opening(database, owners, rooms.recipient)
    node = context.settings.node
    return [
        directory_http.router(context.agreement, context.codes, node),
        directory_pages.router(context.agreement, context.codes, node),
        worklist_router(own, rooms.worklist),
        persons_http.router(own, rooms.persons, opening_handover),
        needs_http.router(own, rooms.persons, rooms.needs),
        consent_http.router(own, context.agreement, rooms.persons, rooms.consents, rooms.owner),
        referrals_http.owner_router(own, rooms.owner),
        referrals_http.inbox_router(own, rooms.recipient, opening),
        *staff_router(own, context.agreement, rooms, opening_handover, opening),
    ]


SERVICE = Service(
    name=NAME,
    package="concord_victim_assistance",
    settings=AssistanceSettings,
    policy=policy,
    build=build,
    staff_prefix=STAFF,
)
