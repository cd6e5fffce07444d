"""Records that are not what they claim: moved, forged, in another's name, undecodable. None has an effect or blocks."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from concord.intake.v1.events_pb2 import CaseClosed
from concord_core.events import dead_letters, generations
from concord_core.events.ids import uuid7
from concord_core.events.model import Record
from concord_core.events.records import Event, encode
from concord_core.events.streaks import LIMIT
from concord_core.events.topics import topic_name
from concord_core.events.waits import CONSUMER_APPLIED
from tests.contract.eventlog.hub import Counting, CrashError, Hub, ask_retry, letters, running, wait_for
from tests.support.counting.service import ACTOR, subscription
from tests.support.engines import Engine
from tests.support.exchange import Exchange, make_exchange

Forge = Callable[[Exchange, Record], Record]


CLOSED = "concord.intake.v1.CaseClosed"
LONG = "".join(f"{number:x}." for number in range(3_000))


def genuine(
    exchange: Exchange, key: str = "K0", *, sequence: int = 1, value: bytes | None = None, kind: str = CLOSED
) -> Record:
    """A record as the relay makes it."""
    body = CaseClosed(reason="resolved").SerializeToString() if value is None else value
    topic = topic_name("intake", exchange.own)
    event = Event(str(uuid7()), topic, key, kind, sequence, exchange.own, datetime.now(UTC), body, None)
    return encode(event, exchange.hub, node="hub", service="intake")


def header(record: Record, name: str, value: bytes) -> Record:
    return replace(record, headers=tuple((n, value if n == name else v) for n, v in record.headers))


def other_key(exchange: Exchange, record: Record) -> Record:
    """Signed by PEER, whose node is the same, in OWN's topic and name."""
    event = Event(
        str(uuid7()),
        topic_name("intake", exchange.own),
        "K0",
        "concord.intake.v1.CaseClosed",
        1,
        exchange.peer,
        datetime.now(UTC),
        record.value,
        None,
    )
    forged = encode(event, exchange.hub, node="hub", service="intake")
    return header(forged, "ce_concordagency", exchange.own.encode())


FORGED: dict[str, tuple[str, Forge]] = {
    "moved to another topic": (
        "wrong_agency",
        lambda exchange, record: replace(record, topic=topic_name("intake", exchange.peer)),
    ),
    "moved to another topic with its name changed": (
        "wrong_key",
        lambda exchange, record: header(
            replace(record, topic=topic_name("intake", exchange.peer)), "ce_concordagency", exchange.peer.encode()
        ),
    ),
    "moved to another service's topic": (
        "wrong_service",
        lambda exchange, record: replace(record, topic=topic_name("assistance", exchange.own)),
    ),
    "moved to another aggregate": ("wrong_subject", lambda exchange, record: replace(record, key=b"K9")),
    "moved to another aggregate with its subject changed": (
        "bad_signature",
        lambda exchange, record: header(replace(record, key=b"K9"), "ce_subject", b"K9"),
    ),
    "in another agency's name": (
        "wrong_agency",
        lambda exchange, record: header(record, "ce_concordagency", exchange.peer.encode()),
    ),
    "signed by another agency": ("wrong_key", other_key),
    "with another body": (
        "bad_signature",
        lambda exchange, record: replace(record, value=CaseClosed(reason="other").SerializeToString()),
    ),
    "as another type": (
        "bad_signature",
        lambda exchange, record: header(record, "ce_type", b"concord.intake.v1.CaseOpened"),
    ),
    "with another sequence": ("bad_signature", lambda exchange, record: header(record, "ce_sequence", b"2")),
    "with no signature at all": (
        "malformed_headers",
        lambda exchange, record: replace(
            record, headers=tuple(item for item in record.headers if item[0] != "concord-signature")
        ),
    ),
    "with a header twice": (
        "malformed_headers",
        lambda exchange, record: replace(record, headers=(*record.headers, ("ce_type", b"x"))),
    ),
    "with a header that is not text": (
        "malformed_headers",
        lambda exchange, record: header(record, "ce_subject", b"\xff\xfe"),
    ),
    "by a key that nobody knows": (
        "unknown_key",
        lambda exchange, record: header(record, "ce_concordkeyid", b"nobody.intake.signing.1"),
    ),
    "with a body that is no message": ("undecodable", lambda exchange, record: genuine(exchange, value=b"\xff\xff")),
    # What follows is signed by the agency itself: no database could keep it, and a consumer must not stop at it.
    "about an aggregate whose name is too long": ("malformed_headers", lambda exchange, _: genuine(exchange, LONG)),
    "about an aggregate whose name is no text": ("malformed_headers", lambda exchange, _: genuine(exchange, "K\0")),
    "of a strange type about such an aggregate": (
        "malformed_headers",
        lambda exchange, _: genuine(exchange, "K\0", kind="concord.intake.v1.Unheard"),
    ),
    "of a type whose name is no text": (
        "malformed_headers",
        lambda exchange, _: genuine(exchange, kind="concord.intake.v1.Un\0heard"),
    ),
}


@pytest.fixture
def hub(engine: Engine, exchange: Exchange, counting: Counting) -> Hub:
    return Hub(engine, exchange, counting)


def test_what_is_not_believed_is_set_aside_has_no_effect_and_blocks_nothing(hub: Hub) -> None:
    exchange = hub.exchange
    believed = genuine(exchange)
    writers = {name: hub.engine.log(f"hub-{name}") for name in ("intake", "assistance")}
    wanted = []
    for number, (reason, forge) in enumerate(FORGED.values()):
        forged = forge(exchange, believed)
        between = genuine(exchange, f"OK{number}")  # a believed one between them keeps the topic awake
        service = "assistance" if "assistance" in forged.topic else "intake"
        assert writers[service].publish([forged]) == [None]
        assert writers["intake"].publish([between]) == [None]
        wanted.append(reason)
    assert writers["intake"].publish([believed]) == [None]  # its id came many times before, never believed
    for writer in writers.values():
        writer.close()

    with running(hub.consumer(subscription("belief", reads=("intake", "assistance"))).run):
        wait_for(lambda: ("K0", 1) in hub.effects() and len(letters(hub)) == len(wanted))

    assert sorted(hub.effects()) == sorted([("K0", 1), *((f"OK{n}", 1) for n in range(len(FORGED)))])
    assert sorted(letter.reason for letter in letters(hub)) == sorted(wanted)
    assert {letter.kind for letter in letters(hub)} == {"not_believed"}
    assert {letter.event_id for letter in letters(hub)} == {None}


@pytest.mark.parametrize("change", ["ended", "revoked", "not begun"])
def test_a_key_counts_at_the_logs_append_time(hub: Hub, change: str) -> None:
    now = datetime.now(UTC)
    [old] = hub.exchange.agreement.keys_of(hub.exchange.own, "intake", "signing")
    key = {
        "ended": replace(old, not_after=now - timedelta(minutes=1)),
        "revoked": replace(old, revoked_at=now - timedelta(minutes=1)),
        "not begun": replace(old, not_before=now + timedelta(hours=1)),
    }[change]
    hub.exchange = hub.exchange.with_keys(key)
    hub.emit("K0", 1)

    with running(hub.relay().run, hub.consumer(subscription("keys")).run):
        wait_for(lambda: len(letters(hub)) == 1)

    assert letters(hub)[0].reason == "key_not_valid"
    assert hub.effects() == []


def doubting(known: Exchange, folder: Path) -> Exchange:
    """The exchange with somebody else's key in place of its own: it believes nothing that it signs."""
    [key] = known.agreement.keys_of(known.own, "intake", "signing")
    return known.with_keys(replace(key, public=make_exchange(folder).agreement.keys[0].public))


def test_a_record_signed_elsewhere_is_believed_after_the_agreement_names_its_key(
    hub: Hub, tmp_path_factory: pytest.TempPathFactory
) -> None:
    known = hub.exchange
    hub.exchange = doubting(known, tmp_path_factory.mktemp("stranger"))
    hub.emit("K0", 1)
    with running(hub.relay().run, hub.consumer(subscription("rotated")).run):
        wait_for(lambda: len(letters(hub)) == 1)
        assert letters(hub)[0].reason == "bad_signature"
    hub.exchange = known
    ask_retry(hub)
    with running(hub.consumer(subscription("rotated")).run):
        wait_for(lambda: hub.effects() == [("K0", 1)])
    assert letters(hub) == []


def test_a_fact_believed_late_waits_behind_a_refused_one_and_is_not_lost(
    hub: Hub, tmp_path_factory: pytest.TempPathFactory
) -> None:
    known = hub.exchange
    hub.exchange = doubting(known, tmp_path_factory.mktemp("stranger"))
    hub.emit("K0", 1)
    with running(hub.relay().run, hub.consumer(subscription("late")).run):
        wait_for(lambda: len(letters(hub)) == 1)
    with hub.counting.app.engine.begin() as conn:
        conn.execute(text("insert into banned values ('K0')"))
    hub.exchange = known
    hub.emit("K0", 2)
    with running(hub.relay().run, hub.consumer(subscription("late")).run):
        wait_for(lambda: len(letters(hub)) == 2)
        with hub.counting.app.engine.begin() as conn:
            conn.execute(text("delete from banned"))
        ask_retry(hub)
        wait_for(lambda: letters(hub)[0].attempts == 2)
        assert [letter.kind for letter in letters(hub)] == ["parked", "refused"]
        ask_retry(hub)
        wait_for(lambda: letters(hub) == [])
    assert hub.effects() == [("K0", 1), ("K0", 2)]


def test_records_set_aside_long_ago_put_no_topic_to_rest_when_they_are_read_again(
    hub: Hub, tmp_path_factory: pytest.TempPathFactory
) -> None:
    known = hub.exchange
    stranger = make_exchange(tmp_path_factory.mktemp("stranger"))
    [key] = known.agreement.keys_of(known.own, "intake", "signing")
    hub.exchange = known.with_keys(replace(key, public=stranger.agreement.keys[0].public))
    for sequence in range(1, LIMIT):
        hub.emit("K0", sequence)
    hub.send()  # all of them first: a consumer that reads the first few would crash there, and the others never come

    def crash_after_all(moment: str) -> None:
        if moment == CONSUMER_APPLIED and len(letters(hub)) == LIMIT - 1:
            raise CrashError

    with running(hub.consumer(subscription("again"), crash_after_all).run):
        wait_for(lambda: len(letters(hub)) == LIMIT - 1)
    for _ in range(LIMIT - 1):
        with hub.counting.consume.work(None, actor=ACTOR) as work:
            dead_letters.drop(work.conn, dead_letters.letters(work.conn)[0])
    hub.emit("K0", LIMIT)
    with running(hub.relay().run, hub.consumer(subscription("again")).run):  # reads them once more: it had crashed
        wait_for(lambda: len(letters(hub)) == 1)
    with hub.counting.consume.work(None, actor=ACTOR) as work:
        assert generations.state(work.conn, "again").paused_topics == ()
