"""Two real services, intake and reporting, on a real Kafka, each role a process of its own that may be killed."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import count, islice
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import psycopg
from psycopg.conninfo import make_conninfo

from concord_core.agreement import SERVICES
from concord_core.events import kafka_admin
from concord_stack.config import EventLog, kafka_log
from concord_stack.demo.cases import AGENCIES, DrawnCase, draw_cases
from concord_stack.demo.command import client
from concord_stack.embedded import EmbeddedStack
from concord_stack.exchange import NodePlan, plan_node
from concord_stack.java import Heap
from concord_stack.kafka import ADMINISTRATOR, Kafka
from concord_stack.supervisor import Supervisor
from concord_stack.walk.people import Person
from concord_stack.walk.signin import LoopbackTokens
from tests.faults.plant import SETTLE_SECONDS, settle

RUNNING = ("intake", "reporting")
HOSTED = ("unicef", "unhcr", "un")
"""More agencies are more topics, which only the broker would feel each time that it starts."""
SENDERS = 2
PAUSE_SECONDS = 0.2
READ = "select count(*), count(*) filter (where outcome = 'applied') from inbox where consumer = 'figures'"
DECIDED = "case when outcome = '' then '' else stage || ' ' || outcome end"  # what is only proposed is told to nobody
EFFECTS = "select coalesce(sum(facts), 0)::bigint from projection_heads"


class ServicesOnKafka(EmbeddedStack):
    """The loopback issuer, a broker that believes it, and two services whose roles nobody starts again but the test."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, durable=False, split_roles=True)
        self._nodes = (
            plan_node("hub", folder, (*SERVICES, "front"), dict.fromkeys(HOSTED, SERVICES), self.hold(None)),
        )
        self.supervisor.stop()
        self.supervisor = Supervisor(give_up_after=0)
        self._kafka: Kafka | None = None

    @property
    def kafka(self) -> Kafka:
        assert self._kafka is not None
        return self._kafka

    def running(self, node: NodePlan) -> tuple[str, ...]:
        return RUNNING

    def start_event_log(self) -> None:
        folder, keys = self.folder / "kafka", f"{self.issuer}/keys"
        self._kafka = Kafka(folder, self.issuer, keys, self.logs, Heap(256, quick=True))
        self._kafka.start()
        agreement, at = self.signed.agreement, self._kafka.access
        topics, acls = agreement.topics(), agreement.acls()
        kafka_admin.apply(at.internal, ADMINISTRATOR, at.password, topics=topics, acls=acls)

    def event_log(self, node: NodePlan) -> EventLog:
        return kafka_log(self.kafka.access.bootstrap)

    def stop_servers(self) -> None:
        if self._kafka is not None:
            self._kafka.stop()

    def kill_and_restart(self, service: str, role: str) -> None:
        """Ends a role with no chance to do anything, and starts it anew; raises StartError if one ended by itself."""
        self.supervisor.check()
        name = f"{self.hub.client_id(service)}-{role}"
        child = self.supervisor.child(name)
        child.kill()
        child.wait_stopped()
        self.supervisor.stop_one(name)
        self.supervisor.start(child.command)

    def kill_and_restart_broker(self) -> None:
        """SIGKILL, then a new start on the same data and ports."""
        self.kafka.child.kill()
        self.kafka.child.wait_stopped()
        self.kafka.start()

    def rows(self, service: str, statement: str) -> list[tuple[Any, ...]]:
        """What a service's database holds, whoever owns it."""
        access = make_conninfo(self.postgres.administrator, dbname=self.hub.database(service))
        with psycopg.connect(access) as conn:
            return conn.execute(statement.encode()).fetchall()


class Staff:
    """People of three agencies who report by REST and act on the cases, each call repeated under its key until it is
    answered; an answer that refuses one ends the test."""

    def __init__(self, stack: ServicesOnKafka, seed: int) -> None:
        self._client, self._tokens = client(stack.origin), LoopbackTokens(stack.issuer)
        self._seed = seed
        self._stop = Event()
        self._pool = ThreadPoolExecutor(SENDERS)
        self._sent: list[Future[dict[str, int]]] = []

    def start(self) -> None:
        self._sent = [self._pool.submit(self._send, number) for number in range(SENDERS)]

    def stop(self) -> dict[str, int]:
        """Ends after every act that was begun is acknowledged; returns the cases with their acknowledged versions."""
        self._stop.set()
        self._pool.shutdown()
        return {reference: version for sent in self._sent for reference, version in sent.result().items()}

    def _send(self, number: int) -> dict[str, int]:
        acknowledged: dict[str, int] = {}
        for case in islice(_endless(self._seed), number, None, SENDERS):
            if self._stop.is_set():
                break
            opened = self._call(f"{case.agency}-focal", "/api/intake/reports", case.report)
            reference, version = opened["case_reference"], 1
            acknowledged[reference] = version
            for act in case.acts:
                desk, address = f"{case.agency}-{act.desk}", f"/api/intake/cases/{reference}/{act.name}"
                version = self._call(desk, address, act.body, version)["version"]
                acknowledged[reference] = version
        return acknowledged

    def _call(self, user: str, path: str, body: dict[str, Any], version: int | None = None) -> Any:
        key, person = uuid.uuid4().hex, Person(user, self._client, self._tokens)
        while True:
            try:
                answer = person.call("POST", path, body, version=version, key=key)
            except httpx.HTTPError:
                answer = None
            if answer is not None and answer.status_code < 300:
                time.sleep(PAUSE_SECONDS)
                return answer.json()
            assert answer is None or answer.status_code >= 500, f"{path} answered {answer.status_code}: {answer.text}"
            time.sleep(0.05)


def _endless(seed: int) -> Iterator[DrawnCase]:
    for number in count(seed):
        drawn = draw_cases(number, datetime.now(UTC).date(), len(AGENCIES))
        yield from (case for case in drawn if case.agency in HOSTED)


def effects(stack: ServicesOnKafka) -> int:
    """How many times a fact was counted at reporting."""
    return int(stack.rows("reporting", EFFECTS)[0][0])


def wrong(stack: ServicesOnKafka, acknowledged: dict[str, int]) -> dict[str, object]:
    """What was lost, doubled or out of order, by what it is: empty when nothing was. Waits until all came to rest."""
    sent = "select count(*) from outbox where sent_at is null"
    told = "select count(*) from outbox"
    settle(
        lambda: (
            stack.rows("intake", sent) == [(0,)]
            and stack.rows("reporting", READ)[0][0] >= stack.rows("intake", told)[0][0]
        ),
        SETTLE_SECONDS,
        stack.supervisor.check,
    )
    time.sleep(1.5)  # what would be doubled still comes
    cases = {
        row[0]: row[1:] for row in stack.rows("intake", f"select reference, version, sequence, {DECIDED} from cases")
    }
    order: dict[str, list[int]] = {}
    for key, sequence in stack.rows("intake", "select key, sequence from outbox order by seq"):
        order.setdefault(key, []).append(sequence)
    counted = dict(stack.rows("reporting", f"select reference, {DECIDED} from projected_cases"))
    [(read, applied)] = stack.rows("reporting", READ)
    found: dict[str, object] = {
        "acts that were acknowledged and are not there, or twice": acknowledged.items()
        ^ {(reference, version) for reference, (version, _, _) in cases.items()},
        "cases whose facts are not 1, 2, 3 …": [
            reference for reference, (_, last, _) in cases.items() if order.get(reference) != list(range(1, last + 1))
        ],
        "facts read, beside those told": (read, sum(len(found) for found in order.values())),
        "facts with an effect, beside those applied": (effects(stack), applied),
        "cases as reporting knows them": counted.items() ^ {(one, decided) for one, (_, _, decided) in cases.items()},
        "dead letters": stack.rows("reporting", "select reason from dead_letters"),
    }
    return {
        what: value for what, value in found.items() if (value[0] != value[1] if isinstance(value, tuple) else value)
    }
