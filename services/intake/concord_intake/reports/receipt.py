"""The receipt: 36 digits, easy to write down in any script, with which a reporter comes back without an account.

    locator (9 digits, 30 bits, stored)  secret (25 digits, 83 bits)  check (2 digits)

The locator finds the report; only an Argon2id tag of the secret can open it, and the server keeps a hash of that tag.
The check digits (ISO 7064, mod 97-10) notice every wrong digit and every swap of two neighbours before anything is
asked.
"""

from __future__ import annotations

import hashlib
import os
import unicodedata
from dataclasses import dataclass

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from concord_core.values import Hidden

LOCATOR_DIGITS = 9
SECRET_DIGITS = 25
DIGITS = LOCATOR_DIGITS + SECRET_DIGITS + 2
GROUP = 4
SALT_BYTES = 16
# RFC 9106 leaves the cost to the use; the secret has 83 bits of its own, so these bound what a guess costs us, too.
MEMORY_KIB = 19 * 1024
ITERATIONS = 2
LANES = 1


@dataclass(frozen=True, slots=True, repr=False)
class Receipt(Hidden):
    """A locator and a secret; printing it shows neither."""

    locator: int
    secret: str

    @property
    def code(self) -> str:
        """What is shown once: nine groups of four digits."""
        body = f"{self.locator:0{LOCATOR_DIGITS}d}{self.secret}"
        digits = f"{body}{98 - int(body + '00') % 97:02d}"
        return " ".join(digits[i : i + GROUP] for i in range(0, DIGITS, GROUP))


@dataclass(frozen=True, slots=True)
class Verifier:
    """What is kept of a secret: salt and SHA-256 of its Argon2id tag."""

    salt: bytes
    tag_hash: bytes


def of_key(key: bytes) -> Receipt:
    """The receipt that 64 secret bytes make; as even as a random one, to one part in 2^398."""
    locator, secret = divmod(int.from_bytes(key) % 10 ** (LOCATOR_DIGITS + SECRET_DIGITS), 10**SECRET_DIGITS)
    return Receipt(locator, f"{secret:0{SECRET_DIGITS}d}")


def parse(typed: str) -> Receipt | None:
    """The receipt that was typed, in digits of any script and with any spaces or dashes; None when it is not whole."""
    digits = "".join(str(unicodedata.digit(c)) for c in typed if unicodedata.digit(c, None) is not None)
    others = {c for c in typed if unicodedata.digit(c, None) is None}
    if len(digits) != DIGITS or int(digits) % 97 != 1 or any(c.isalnum() for c in others):
        return None
    return Receipt(int(digits[:LOCATOR_DIGITS]), digits[LOCATOR_DIGITS:-2])


def tag(secret: str, salt: bytes) -> bytes:
    """The Argon2id tag of a secret (32 bytes); knowing it opens the report, so it is never stored."""
    kdf = Argon2id(salt=salt, length=32, iterations=ITERATIONS, lanes=LANES, memory_cost=MEMORY_KIB)
    return kdf.derive(secret.encode())


def verifier(receipt: Receipt) -> Verifier:
    """What to keep of a fresh receipt."""
    salt = os.urandom(SALT_BYTES)
    return Verifier(salt, hashlib.sha256(tag(receipt.secret, salt)).digest())


def dummy_tag(secret: str) -> bytes:
    """Costs what a real one costs, so that an unknown locator answers no faster."""
    return tag(secret, bytes(SALT_BYTES))
