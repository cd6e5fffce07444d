"""The port behind which a node keeps its keys."""

from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from concord_core.vault.domain import Wrapped


class KeyService(Protocol):
    """A node's keys. Every implementation keeps private keys of the agencies that the node hosts, and no
    others.

    What it does not hold ends in KEY_MISSING.
    """

    def wrap(self, agency: str, key: bytes) -> Wrapped:
        """Wraps a record's data key under the agency's key of this month, which is made when first needed."""

    def unwrap(self, agency: str, wrapped: Wrapped) -> bytes:
        """The data key; UNREADABLE if it was wrapped for another agency or month."""

    def index_key(self, agency: str, purpose: str) -> bytes:
        """32 bytes for keyed hashes by which encrypted values are found again; stable for agency and
        purpose."""

    def signing_kid(self, agency: str, service: str) -> str:
        """Kid of the key with which `sign` signs now."""

    def sign(self, agency: str, service: str, data: bytes) -> tuple[str, bytes]:
        """`(kid, Ed25519 signature)` by the agency's newest signing key for the service."""

    def unseal_key(self, kid: str) -> X25519PrivateKey:
        """Private half of a sealing key of an agency hosted here."""

    def node_key(self, purpose: str) -> bytes:
        """32 bytes of the node itself, stable for the purpose."""
