"""The operator's detached signature over the bytes of an agreement file, in `<file>.sig` (base64, one line; two while
one version takes the place of another)."""

import base64
import binascii
import os
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from concord_core.agreement.errors import UNSIGNED

_LABEL: Final = b"concord-agreement-v1\n"


def signature_path(path: Path) -> Path:
    """Where the signature of an agreement file lies."""
    return path.with_name(f"{path.name}.sig")


def sign(content: bytes, key: Ed25519PrivateKey) -> str:
    """The signature as base64."""
    return base64.b64encode(key.sign(_LABEL + content)).decode()


def verify(content: bytes, signature: str, operator_key: str) -> None:
    """Believes the content if one of the signatures is its operator's, or raises UNSIGNED. `operator_key` is the raw
    public key as base64, from the settings."""
    if not any(_fits(content, line, operator_key) for line in signature.split()):
        raise UNSIGNED.error()


def _fits(content: bytes, signature: str, operator_key: str) -> bool:
    try:
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(operator_key, validate=True))
        public.verify(base64.b64decode(signature, validate=True), _LABEL + content)
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def public_text(key: Ed25519PrivateKey) -> str:
    """The public half as settings pin it: base64 of the raw 32 bytes."""
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def operator_key(path: Path) -> Ed25519PrivateKey:
    """The operator's private key from its PEM file; UNSIGNED when it holds none of this kind."""
    key = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise UNSIGNED.error()
    return key


def make_operator_key(path: Path) -> Ed25519PrivateKey:
    """Makes the operator's key as PEM of mode 0600, or reads the one there."""
    if path.exists():
        return operator_key(path)
    key = Ed25519PrivateKey.generate()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return key
