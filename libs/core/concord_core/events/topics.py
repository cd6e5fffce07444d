"""Names of topics and the partition of a key; the same on both engines, for the life of a topic."""

import re
from typing import NamedTuple

from kafka.partitioner.default import murmur2

PARTITIONS = 4
_NAME = re.compile(r"concord\.([a-z]+)\.([a-z0-9-]+)\.v1")


class TopicName(NamedTuple):
    """The two things that a topic's name says: the service that owns the contract, the agency whose facts they are."""

    service: str
    agency: str


def topic_name(service: str, agency: str) -> str:
    """`concord.<service>.<agency>.v1`."""
    return f"concord.{service}.{agency}.v1"


def parse_topic(topic: str) -> TopicName | None:
    """The parts of a topic's name, or None when it is not one of ours."""
    match = _NAME.fullmatch(topic)
    return TopicName(match[1], match[2]) if match else None


def partition_of(key: bytes) -> int:
    """The partition of a key, 0 to 3, as every Kafka client computes it (murmur2)."""
    return int((murmur2(key) & 0x7FFFFFFF) % PARTITIONS)


def group_name(node: str, service: str, consumer: str, generation: int = 1) -> str:
    """`concord.<node>.<service>.<consumer>`; a rebuild has its own group, so that its offsets begin at the start."""
    name = f"concord.{node}.{service}.{consumer}"
    return name if generation == 1 else f"{name}.g{generation}"
