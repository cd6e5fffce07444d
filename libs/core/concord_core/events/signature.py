"""The signature of an event, `concord-event-v1`: an agency's Ed25519 key over all that gives the event its meaning.

Signed are the topic and the key, too: a record moved to another topic or another aggregate does not verify. The trace
context is not signed. An independent reader needs this page and `proto/vectors/events.json` only.
"""

import hashlib
from collections.abc import Mapping

CONTEXT = "concord-event-v1"
SIGNED_HEADERS = (
    "ce_specversion",
    "ce_id",
    "ce_source",
    "ce_type",
    "ce_subject",
    "ce_time",
    "ce_sequence",
    "ce_concordagency",
    "ce_concordkeyid",
    "content-type",
)


def signed_bytes(topic: str, key: bytes, headers: Mapping[str, str], value: bytes) -> bytes:
    """The bytes that are signed: context, topic, key and SIGNED_HEADERS in this order, each as 4-byte big-endian
    length and UTF-8; then the SHA-256 of the value. Raises KeyError when a signed header is missing."""
    parts = [CONTEXT.encode(), topic.encode(), key, *(headers[name].encode() for name in SIGNED_HEADERS)]
    framed = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return framed + hashlib.sha256(value).digest()
