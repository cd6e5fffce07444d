"""A flow that ends between the release and the asker's question."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import grpc

from concord.screening.v1 import service_pb2 as messages
from concord_core.agreement import Agreement
from concord_core.identity import Principal
from concord_core.rpc.call import RpcCall, answering
from concord_core.storage import Actor
from concord_screening.checks.store import ScreeningStore
from concord_screening.disclosure.rpc import ScreeningServicer
from tests.support.screening_house import House

A, C, ASKER = "unicef", "unfpa", "wfp"
NAME, BORN = "Zdenka Novakova", "1961-04-09"


def released(house: House, owner: str) -> None:
    """The owner finds the same person and releases on what the listing rests."""
    [review] = house.api(f"{owner}-disclosure", "GET", "/reviews").json()["items"]
    path = f"/reviews/{review['reference']}"
    same = {"same_person": True, "reason": "same birth date, same name"}
    house.api(f"{owner}-disclosure", "POST", f"{path}/decision", same, If_Match='"1"')
    done = house.api(f"{owner}-disclosure", "POST", f"{path}/release", {"fields": ["basis"]}, If_Match='"2"')
    assert done.status_code == 200, done.text


def asked(house: House, agreement: Agreement, ticket: str) -> messages.GetReviewResponse:
    """What the asker's service is answered under that agreement."""
    context, rooms = house.context, house.rooms
    servicer = ScreeningServicer(
        context.app_db, rooms.disclosures, rooms.tickets, agreement, context.keys, rooms.agencies
    )
    call = cast("grpc.ServicerContext", object())
    who = Principal("service", "hub-screening", ASKER, frozenset({"peer"}), node="hub")
    with answering(call, RpcCall(who, A)):
        return servicer.GetReview(messages.GetReviewRequest(review_reference=ticket), call)


def test_a_flow_that_ended_keeps_back_only_what_it_carried(new_house: Callable[..., Any]) -> None:
    house: House = new_house()
    house.rooms.shelf.warm()  # the engine's first use takes longer than a check waits for it
    for owner in (A, C):
        house.listed(owner, NAME, BORN)
    check = house.checked(ASKER, name_latin=NAME, birth_date=BORN)["reference"]
    with house.context.app_db.work(ASKER, actor=Actor("job", "test")) as work:
        ticket = ScreeningStore(house.context.vault).read(work, check).ticket
    for owner in (A, C):
        released(house, owner)

    agreement = house.context.agreement
    assert {one.owner for one in asked(house, agreement, ticket).disclosures} == {A, C}
    ended = [one for one in agreement.flows if (one.sender, one.receiver) != (A, ASKER)]
    answer = asked(house, replace(agreement, flows=tuple(ended)), ticket)
    assert answer.state == messages.REVIEW_STATE_DISCLOSED
    assert {one.owner for one in answer.disclosures} == {C}
