"""The event log on Kafka. Authentication by the service's token, authorisation by the broker's ACLs.

The producer is idempotent and waits for all replicas. After a failure it is thrown away: kafka-python fails every later
send of an idempotent producer with the first error. One key is in flight once at a time, so that a record whose fate is
unknown is never overtaken by a later one of its aggregate.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from kafka import ConsumerRebalanceListener, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import (
    CorruptRecordError,
    GroupAuthorizationFailedError,
    KafkaError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    TopicAuthorizationFailedError,
)
from kafka.structs import OffsetAndMetadata

from concord_core.errors import ConcordError
from concord_core.events.kafka_tokens import BrokerTokens
from concord_core.events.log import (
    LogError,
    LogUnavailableError,
    NotAuthorisedError,
    Place,
    RecordRefusedError,
    TokenRefusedError,
)
from concord_core.events.model import Record, StoredRecord
from concord_core.events.topics import partition_of

BOOTSTRAP_MS = 10_000
DELIVERY_MS = 30_000
HEARTBEAT_MS = 2_000
JOIN_MS = HEARTBEAT_MS + 2_000
"""The others of a group hear with their next heartbeat that a member joins, and join again when they poll."""


def translate(error: BaseException, topics: Sequence[str] = (), group: str = "") -> LogError:
    """Our error for one of kafka-python or of the token provider; the broker's text is not taken over."""
    match error:
        case LogError():
            return error
        case TopicAuthorizationFailedError():
            return NotAuthorisedError("topic", topics)
        case GroupAuthorizationFailedError():
            return NotAuthorisedError("group", [group])
        case MessageSizeTooLargeError() | RecordListTooLargeError():
            return RecordRefusedError("the record is larger than the topic takes")
        case ConcordError():
            return TokenRefusedError(f"the issuer gave no token for the event log: {error.code}")
    return LogUnavailableError(f"the event log failed: {type(error).__name__}")


class _EndedWithOthersError(LogUnavailableError):
    """Nothing was decided about this record."""


def _named(error: BaseException) -> frozenset[str]:
    """The topics that an error of kafka-python names."""
    named = error.args[0] if error.args else ()
    return frozenset([named]) if isinstance(named, str) else frozenset(named) if isinstance(named, set) else frozenset()


class _Assigned(ConsumerRebalanceListener):  # type: ignore[misc]  # kafka-python has no types
    """Calls `done` on the client's own thread when the group has given us places, before anything is read of them."""

    def __init__(self, done: Callable[[], None]) -> None:
        self._done = done

    def on_partitions_revoked(self, revoked: object) -> None:
        pass

    def on_partitions_assigned(self, assigned: object) -> None:
        self._done()


class KafkaLog:
    """EventLog on a Kafka cluster at `bootstrap` (`host:port`, more after commas)."""

    def __init__(self, bootstrap: str, fetch_token: Callable[[], str], client_id: str) -> None:
        self._bootstrap = bootstrap.split(",")
        self._tokens = BrokerTokens(fetch_token)
        self._client_id = client_id
        self._producer: Any = None
        self._consumer: Any = None
        self._group = ""
        self._topics: tuple[str, ...] = ()
        self._paused: frozenset[str] = frozenset()
        self._resting = threading.Lock()

    # --- publishing ---

    def publish(self, records: Sequence[Record]) -> Sequence[LogError | None]:
        outcomes: list[LogError | None] = [None] * len(records)
        failed: dict[tuple[str, bytes], LogError] = {}
        waiting = list(enumerate(records))
        while waiting:
            wave, later = _first_of_each_key(waiting)
            for place, record in [item for item in wave if _key(item[1]) in failed]:
                outcomes[place] = failed[_key(record)]
            for place, error in self._send_all([item for item in wave if _key(item[1]) not in failed]):
                outcomes[place] = error
                failed[_key(records[place])] = error
            waiting = later
        if failed:
            self._drop_producer()
        return outcomes

    def _send_all(self, wave: Sequence[tuple[int, Record]]) -> list[tuple[int, LogError]]:
        """Sends, and once more what ended only because the client gives up all it holds when one topic is refused."""
        failed = self._send(wave)
        ended = {place for place, error in failed if isinstance(error, _EndedWithOthersError)}
        if ended:
            self._drop_producer()
            failed = [item for item in failed if item[0] not in ended]
            failed += self._send([item for item in wave if item[0] in ended])
        return failed

    def _send(self, wave: Sequence[tuple[int, Record]]) -> list[tuple[int, LogError]]:
        """Sends records of different keys and waits for each; returns those that failed."""
        futures: list[tuple[int, Any]] = []
        failed: list[tuple[int, LogError]] = []
        for place, record in wave:
            try:
                futures.append(
                    (
                        place,
                        self._sender().send(
                            record.topic,
                            key=record.key,
                            value=record.value,
                            headers=list(record.headers),
                            partition=partition_of(record.key),
                        ),
                    )
                )
            except (KafkaError, ConcordError, LogError, ValueError) as error:
                failed.append((place, translate(error, [record.topic])))
                if isinstance(error, (LogError, ConcordError, KafkaTimeoutError)):
                    sent = {number for number, _ in futures} | {place}
                    failed += [(number, failed[-1][1]) for number, _ in wave if number not in sent]
                    break
        topics = {place: record.topic for place, record in wave}
        # One time for all: were each waited for by itself, a producer that hangs would hold the caller for hours.
        end = time.monotonic() + DELIVERY_MS / 1000 + 5
        for place, future in futures:
            try:
                future.get(timeout=max(0.0, end - time.monotonic()))
            except (KafkaError, ConcordError) as error:
                if isinstance(error, TopicAuthorizationFailedError) and topics[place] not in _named(error):
                    failed.append((place, _EndedWithOthersError("another topic of the same call was refused")))
                else:
                    failed.append((place, translate(error, [topics[place]])))
        return failed

    def _sender(self) -> Any:
        if self._producer is None:
            self._producer = self._open(
                KafkaProducer,
                acks="all",
                enable_idempotence=True,
                delivery_timeout_ms=DELIVERY_MS,
                request_timeout_ms=10_000,
                max_block_ms=BOOTSTRAP_MS,
                linger_ms=0,
                batch_size=131_072,
                allow_auto_create_topics=False,
            )
        return self._producer

    def _drop_producer(self) -> None:
        producer, self._producer = self._producer, None
        if producer is None:
            return
        try:
            producer.close(timeout=1)
        except KafkaError:
            # A broker that hangs: kafka-python stops here, and its thread would go on to send what we have given up.
            # Nothing public ends the thread; as with `_unreadable`, the version is pinned and a test would tell.
            producer._sender.force_close()
            producer._sender.join(BOOTSTRAP_MS / 1000)
            with suppress(KafkaError):
                producer.close(timeout=1)

    # --- following ---

    def subscribe(self, group: str, topics: Sequence[str]) -> None:
        self._drop_consumer()
        self._group, self._topics = group, tuple(topics)
        self._consumer = self._open(
            KafkaConsumer,
            group_id=group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_poll_records=500,
            fetch_max_wait_ms=250,
            session_timeout_ms=8_000,
            heartbeat_interval_ms=HEARTBEAT_MS,
            allow_auto_create_topics=False,
        )
        self._consumer.subscribe(topics=list(topics), listener=_Assigned(self._rest))

    def poll(self, limit: int, seconds: float) -> Sequence[StoredRecord]:
        def fetch() -> list[StoredRecord]:
            self._go_on_joining()
            self._rest()
            try:
                found = self._consumer.poll(timeout_ms=int(seconds * 1000), max_records=limit)
            except CorruptRecordError as error:
                if not isinstance(error.__context__, UnicodeDecodeError):
                    raise  # damaged on its way: read it again
                return [self._unreadable()]
            if not found:
                self._check_topics()
            return [_stored(record) for records in found.values() for record in records]

        found: list[StoredRecord] = self._try(fetch)
        return found

    def _go_on_joining(self) -> None:
        """Ends a join of the group that outlasted the poll before, waiting for the others up to JOIN_MS."""
        # kafka-python forgets a join that ends between two polls: it begins another, and if only the partitions of
        # the topics had become known or changed, none at all. The member then takes no part in the group any more,
        # without a word, and reads on what others were given. As with `_unreadable`, nothing public.
        coordinator = self._consumer._coordinator
        if coordinator.rebalance_in_progress():
            coordinator.request_rejoin()
            coordinator.ensure_active_group(timeout_ms=JOIN_MS)

    def _unreadable(self) -> StoredRecord:
        """The record at which kafka-python stopped as a header's name is no text: handed on empty, to be set aside.

        Records behind it in the same request of the same writer end so, too, one by one.
        """
        # kafka-python's error names no place, and its fetcher keeps an iterator that has ended: asked again, it turns
        # in circles for ever. Nothing public tells the place or lets go of it; the requirement is pinned and a test on
        # a real broker fails when these names change.
        fetcher = self._consumer._fetcher
        held, fetcher._next_partition_records = fetcher._next_partition_records, None
        if held is None:
            raise LogUnavailableError("the event log holds a record that cannot be read, and does not say where")
        held.drain()
        place = held.topic_partition
        offset = self._consumer.position(place)  # not the iterator's: begun in the middle of a request it is behind
        self._consumer.seek(place, offset + 1)
        return StoredRecord(place.topic, place.partition, offset, b"", b"", (), datetime.now(UTC))

    def _check_topics(self) -> None:
        """The broker hides topics that this client may not read; kafka-python then waits for them without a word."""
        assigned = {place.topic for place in self._consumer.assignment()}
        others = [topic for topic in self._topics if topic not in assigned]
        hidden = [topic for topic in others if not self._consumer.partitions_for_topic(topic)]
        if hidden:
            raise NotAuthorisedError("topic", hidden)

    def commit(self, positions: Mapping[Place, int]) -> None:
        offsets = {TopicPartition(*place): OffsetAndMetadata(offset, "", -1) for place, offset in positions.items()}
        self._try(lambda: self._consumer.commit(offsets, timeout_ms=10_000))

    def seek(self, place: Place, offset: int) -> None:
        self._try(lambda: self._consumer.seek(TopicPartition(*place), offset))

    def pause(self, topics: Sequence[str]) -> None:
        self._paused = frozenset(topics)

    def _rest(self) -> None:
        """Applies `pause` to what is assigned now: before each poll, and as soon as a poll has joined the group.

        A place that the group gives us is awake, and the poll that joined goes on to read it.
        """
        consumer = self._consumer
        if consumer is None:
            return  # closed while it joined
        # One after the other: what the client's thread read of `_paused` before it changed is put right after it.
        with self._resting:
            failing = consumer._fetcher._next_in_line_exception_metadata
            for place in consumer.assignment():
                if failing is not None and failing.partition == place:
                    continue  # the next poll raises it; at rest it would be forgotten, and hang us when it wakes
                with suppress(KeyError):  # taken from us in this moment
                    (consumer.pause if place.topic in self._paused else consumer.resume)(place)

    def places(self) -> Sequence[Place]:
        return sorted(Place(place.topic, place.partition) for place in self._consumer.assignment())

    def ends(self) -> Mapping[Place, int]:
        assigned = [TopicPartition(*place) for place in self.places()]
        found = self._try(lambda: self._consumer.end_offsets(assigned, timeout_ms=10_000)) if assigned else {}
        return {Place(place.topic, place.partition): offset for place, offset in found.items()}

    def position(self, place: Place) -> int:
        found = self._try(lambda: self._consumer.position(TopicPartition(*place), timeout_ms=10_000))
        if found is None:
            raise LogUnavailableError("the event log did not say where the group stands")
        return int(found)

    def _drop_consumer(self) -> None:
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            with suppress(KafkaError):
                consumer.close(autocommit=False, timeout_ms=2_000)

    # --- both ---

    def close(self) -> None:
        self._drop_consumer()
        self._drop_producer()

    def _try(self, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except (KafkaError, ConcordError, ValueError, AssertionError) as error:
            raise translate(error, self._refused(error), self._group) from None

    def _refused(self, error: BaseException) -> Sequence[str]:
        """The topics that an error names; all that we follow when it names none."""
        return sorted(_named(error)) or self._topics

    def _open(self, kind: Any, **options: Any) -> Any:
        """A producer or consumer; a broker that takes no token for BOOTSTRAP_MS ends in TokenRefusedError."""
        try:
            return kind(
                bootstrap_servers=self._bootstrap,
                client_id=self._client_id,
                security_protocol="SASL_PLAINTEXT",
                sasl_mechanism="OAUTHBEARER",
                sasl_oauth_token_provider=self._tokens,
                bootstrap_timeout_ms=BOOTSTRAP_MS,
                reconnect_backoff_max_ms=2_000,
                metrics_enabled=False,
                **options,
            )
        except ConcordError as error:
            raise translate(error) from None
        except (KafkaError, OSError) as error:
            if self._tokens.failure is not None:
                raise translate(self._tokens.failure) from None
            if any(_answers(address) for address in self._bootstrap):
                raise TokenRefusedError("the broker answers, but did not accept this client's token") from None
            raise LogUnavailableError(f"no broker answers: {type(error).__name__}") from None


def _key(record: Record) -> tuple[str, bytes]:
    return record.topic, record.key


def _first_of_each_key(
    waiting: Sequence[tuple[int, Record]],
) -> tuple[list[tuple[int, Record]], list[tuple[int, Record]]]:
    """Splits into records of different keys and the rest, both in order."""
    seen: set[tuple[str, bytes]] = set()
    wave: list[tuple[int, Record]] = []
    later: list[tuple[int, Record]] = []
    for item in waiting:
        (later if _key(item[1]) in seen else wave).append(item)
        seen.add(_key(item[1]))
    return wave, later


def _stored(record: Any) -> StoredRecord:
    appended = datetime.fromtimestamp(record.timestamp / 1000, UTC)
    headers = tuple((name, value if value is not None else b"") for name, value in record.headers)
    key, value = record.key or b"", record.value or b""
    return StoredRecord(record.topic, record.partition, record.offset, key, value, headers, appended)


def _answers(address: str) -> bool:
    """Whether somebody listens at `host:port`."""
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=2):
            return True
    except OSError:
        return False
