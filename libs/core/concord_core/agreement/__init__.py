"""The agreement between the agencies: one signed, versioned file, from which tenancy, topics and access
lists follow."""

from concord_core.agreement.agreement import Agreement
from concord_core.agreement.domain import (
    SERVICES,
    Acl,
    Agency,
    Desk,
    Endpoint,
    Flow,
    Node,
    Peer,
    PublicKey,
    Purpose,
    Terms,
    group_prefix,
    topic_name,
    topic_parts,
)

__all__ = [
    "SERVICES",
    "Acl",
    "Agency",
    "Agreement",
    "Desk",
    "Endpoint",
    "Flow",
    "Node",
    "Peer",
    "PublicKey",
    "Purpose",
    "Terms",
    "group_prefix",
    "topic_name",
    "topic_parts",
]
