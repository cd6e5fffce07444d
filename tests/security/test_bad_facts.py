"""Facts that are not what they claim, on real Kafka: each is set aside or refused as docs/errors.md says."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from concord.intake.v1.events_pb2 import CaseClosed
from concord_core.events.ids import uuid7
from concord_core.events.kafka import KafkaLog
from concord_core.events.log import NotAuthorisedError
from concord_core.events.model import Record
from concord_core.events.records import SIGNATURE, Event, encode
from concord_core.vault import FileKeyring
from concord_stack.full import FullStack
from concord_stack.walk.people import until
from tests.security.situations import Desk, situation


def fact(stack: FullStack, topic: str, agency: str, signer: str, value: bytes | None = None) -> Record:
    """A fact of `agency` for a topic, signed with the keys of the node `signer`."""
    service = topic.split(".")[1]
    identity, content = str(uuid7()), value if value is not None else CaseClosed(reason="resolved").SerializeToString()
    kind = "concord.intake.v1.CaseClosed" if service == "intake" else f"concord.{service}.v1.PersonInformed"
    event = Event(identity, topic, identity, kind, 1, agency, datetime.now(UTC), content, None)
    return encode(event, FileKeyring(stack.node(signer).keyring), node=signer, service=service)


@contextmanager
def log_of(desk: Desk, client_id: str) -> Iterator[KafkaLog]:
    """The event log as that service sees it."""
    tokens = lambda: desk.service_token(client_id, "kafka")  # noqa: E731 - one act, named for what it gives
    with closing(KafkaLog(desk.stack.kafka.access.bootstrap, tokens, client_id)) as log:
        yield log


def letters(desk: Desk) -> list[dict[str, Any]]:
    """What reporting has set aside, as the operator's command tells it."""
    return json.loads(concord(desk, "list", "--json"))  # type: ignore[no-any-return]


def concord(desk: Desk, *arguments: str) -> str:
    """`concord dlq …` on the hub's reporting."""
    config = str(desk.stack.hub.config("reporting"))
    argv = [sys.executable, "-m", "concord_core.cli", "dlq", *arguments, "--config", config]
    done = subprocess.run(argv, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def set_aside(desk: Desk, client_id: str, record: Record, reason: str) -> None:
    """Sends the record; reporting sets it aside for that reason, and the operator gives it up."""
    before = {letter["place"] for letter in letters(desk)}
    with log_of(desk, client_id) as log:
        assert log.publish([record]) == [None]

    def new() -> list[dict[str, Any]]:
        return [letter for letter in letters(desk) if letter["place"] not in before]

    found = until("the record being set aside", new)
    for letter in found:
        concord(desk, "drop", letter["consumer"], letter["place"])
    assert [(letter["kind"], letter["reason"]) for letter in found] == [("not_believed", reason)]


@situation("a fact that cannot be decoded")
def test_undecodable_fact(desk: Desk) -> None:
    record = fact(desk.stack, "concord.intake.unicef.v1", "unicef", "hub", b"\xff\xff\xff\xff")
    set_aside(desk, "hub-intake", record, "undecodable")


@situation("a fact whose signature is not the agency's")
def test_bad_signature(desk: Desk) -> None:
    record = fact(desk.stack, "concord.intake.unicef.v1", "unicef", "hub")
    forged = base64.b64encode(b"\x01" * 64)
    headers = tuple((name, forged if name == SIGNATURE else value) for name, value in record.headers)
    set_aside(desk, "hub-intake", replace(record, headers=headers), "bad_signature")


@situation("a fact moved to another topic")
def test_a_fact_moved_to_another_topic(desk: Desk) -> None:
    record = fact(desk.stack, "concord.intake.unicef.v1", "unicef", "hub")
    set_aside(desk, "hub-intake", replace(record, topic="concord.intake.unhcr.v1"), "wrong_agency")


@situation("a fact moved to another key")
def test_a_fact_moved_to_another_key(desk: Desk) -> None:
    record = fact(desk.stack, "concord.intake.unicef.v1", "unicef", "hub")
    set_aside(desk, "hub-intake", replace(record, key=b"UNICEF-26-ZZZZZZ"), "wrong_subject")


@situation("an agency that claims another's name on its own topic")
def test_an_agency_claiming_anothers_name(desk: Desk) -> None:
    record = fact(desk.stack, "concord.assistance.unfpa.v1", "unfpa", "unfpa")
    claimed = tuple((name, b"unicef" if name == "ce_concordagency" else value) for name, value in record.headers)
    set_aside(desk, "unfpa-assistance", replace(record, headers=claimed), "wrong_agency")


@situation("an agency that writes another's topic")
def test_an_agency_writing_anothers_topic(desk: Desk) -> None:
    record = fact(desk.stack, "concord.assistance.unfpa.v1", "unfpa", "unfpa")
    with log_of(desk, "unfpa-assistance") as log:
        outcome = log.publish([replace(record, topic="concord.assistance.unicef.v1")])[0]
    assert isinstance(outcome, NotAuthorisedError)
