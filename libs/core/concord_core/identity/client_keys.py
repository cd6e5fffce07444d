"""The ES256 key with which a service's client proves who it is (private_key_jwt, RFC 7523)."""

import os
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jwcrypto.jwk import JWK


def make_client_key(path: Path) -> None:
    """Makes the key as PEM of mode 0600; leaves one that is there."""
    if path.exists():
        return
    key = ec.generate_private_key(ec.SECP256R1())
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def client_key(path: Path) -> JWK:
    """The private key, with `kid` (RFC 7638 thumbprint), `alg` and `use`."""
    return with_names(JWK.from_pem(path.read_bytes()), "ES256")


def public_jwk(path: Path) -> dict[str, Any]:
    """The public half as the issuer must know it."""
    exported: dict[str, Any] = client_key(path).export_public(as_dict=True)
    return exported


def with_names(key: JWK, alg: str) -> JWK:
    """The same key with `kid`, `alg` and `use` set."""
    key.update({"kid": key.thumbprint(), "alg": alg, "use": "sig"})
    return key
