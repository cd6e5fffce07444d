"""A package of personal data that only one agency can open, and that proves who released it.

Sealed to the recipient's key by HPKE (RFC 9180, base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM). HPKE
does not say who sealed, so the owner signs all of it by Ed25519. The `info` of HPKE and the signed text name owner,
recipient, service, reference, purpose, both keys and the time: a package moved to another agency, reference or purpose
neither verifies nor opens.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from concord.common.v1.disclosure_pb2 import SealedDisclosure
from concord_core.agreement import Agreement, PublicKey
from concord_core.disclosure.errors import NO_FLOW, NOT_OPENED
from concord_core.errors import ConcordError
from concord_core.vault import KeyService
from concord_core.vault.domain import bound

CLOCK_SKEW: Final = timedelta(minutes=5)


def _suite() -> Suite:
    return Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def _named(sealed: SealedDisclosure, label: str) -> bytes:
    """The names that a package is bound to, each with its length."""
    return bound(
        label,
        sealed.owner,
        sealed.recipient,
        sealed.service,
        sealed.reference,
        sealed.purpose,
        sealed.sealing_key_id,
        sealed.signing_key_id,
        sealed.sealed_time,
    )


def _info(sealed: SealedDisclosure) -> bytes:
    return _named(sealed, "concord-disclosure-info-v1")


def _signed(sealed: SealedDisclosure) -> bytes:
    return _named(sealed, "concord-disclosure-v1") + hashlib.sha256(sealed.ciphertext).digest()


def seal(
    agreement: Agreement,
    keys: KeyService,
    *,
    owner: str,
    recipient: str,
    service: str,
    reference: str,
    purpose: str,
    payload: bytes,
    recipient_service: str | None = None,
    now: datetime | None = None,
) -> SealedDisclosure:
    """Seals `payload` to the recipient's current key and signs it as the owner's `service`.

    The key is that of the recipient's `recipient_service`, without one of its `service`: the two may be hosted on
    different nodes, and each holds its own key only.

    NO_FLOW unless the agreement lets `owner` send to `recipient` for this purpose; whether grant and consent stand is
    for the caller to have checked. UNKNOWN_KEY when the recipient has no valid key.
    """
    at = now or datetime.now(UTC)
    if not agreement.flow_allows(owner, recipient, service, purpose, at):
        raise NO_FLOW.error()
    key = agreement.sealing_key(recipient, recipient_service or service, at)
    sealed = SealedDisclosure(
        owner=owner,
        recipient=recipient,
        service=service,
        reference=reference,
        purpose=purpose,
        sealing_key_id=key.kid,
        sealed_time=at.astimezone(UTC).isoformat(timespec="microseconds"),
    )
    public = X25519PublicKey.from_public_bytes(key.public)
    while True:  # once more if a new key comes between the two calls: the names must say which one signed
        sealed.signing_key_id = keys.signing_kid(owner, service)
        sealed.ciphertext = _suite().encrypt(payload, public, info=_info(sealed))
        kid, sealed.signature = keys.sign(owner, service, _signed(sealed))
        if kid == sealed.signing_key_id:
            return sealed


def open_sealed(
    agreement: Agreement,
    keys: KeyService,
    sealed: SealedDisclosure,
    *,
    recipient: str,
    service: str,
    owner: str | None = None,
    reference: str | None = None,
    recipient_service: str | None = None,
    now: datetime | None = None,
) -> bytes:
    """The payload, if the package is for `recipient` and was signed by its owner's `service` with a key valid then.

    `recipient_service` as given to `seal`. Pass the `owner` and `reference` that were asked for: another agency's
    package, or one about something else, is refused. NOT_OPENED, always the same, for every reason.
    """
    named = (sealed.recipient, sealed.service) == (recipient, service)
    asked = reference in (None, sealed.reference) and owner in (None, sealed.owner)
    if not named or not asked:
        raise NOT_OPENED.error()
    try:
        sealed_at = datetime.fromisoformat(sealed.sealed_time)
        signing = agreement.key(sealed.signing_key_id)
        sealing = agreement.key(sealed.sealing_key_id)
        ours = (recipient, recipient_service or service, "sealing")
        for_us = (sealing.agency, sealing.service, sealing.use) == ours
        if not for_us or not _signed_in_time(sealed, signing, sealed_at, now or datetime.now(UTC)):
            raise NOT_OPENED.error()
        Ed25519PublicKey.from_public_bytes(signing.public).verify(sealed.signature, _signed(sealed))
        private = keys.unseal_key(sealing.kid)
        return _suite().decrypt(sealed.ciphertext, private, info=_info(sealed))
    except (ConcordError, InvalidSignature, InvalidTag, ValueError, TypeError):
        raise NOT_OPENED.error() from None


def _signed_in_time(sealed: SealedDisclosure, signing: PublicKey, sealed_at: datetime, now: datetime) -> bool:
    """Whether the signing key is the owner's and was valid when it signed."""
    by_owner = (signing.agency, signing.service, signing.use) == (sealed.owner, sealed.service, "signing")
    # A revoked key could back-date what it signs: it is believed for nothing that is only opened now.
    return by_owner and signing.valid(sealed_at) and signing.revoked_at is None and sealed_at <= now + CLOCK_SKEW


def commitment(sealed: SealedDisclosure) -> str:
    """Hex SHA-256 by which both sides name this package in their audit entries.

    The ciphertext is random, so it says nothing about the content.
    """
    return hashlib.sha256(_signed(sealed) + sealed.signature).hexdigest()
