"""Signed tokens: made and checked with keys that the caller chose, never with what the token says of itself."""

import json
from collections.abc import Callable
from typing import Any, Final

from jwcrypto.common import JWException
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS

from concord_core.identity.errors import TOKEN_INVALID

ALGORITHMS: Final = ("ES256", "RS256")
"""What an issuer may sign with: public-key algorithms only, so that no public key can be used as a shared secret."""
MAX_TOKEN: Final = 32_768

KeyOf = Callable[[str], JWK]
Claims = dict[str, Any]


def signed(claims: Claims, key: JWK, *, typ: str) -> str:
    """A compact JWS of the claims by a private key whose JWK names `alg` and `kid`."""
    token = JWS(json.dumps(claims))
    header = {"alg": key.get("alg"), "kid": key.get("kid"), "typ": typ}
    token.add_signature(key, protected=json.dumps(header))
    compact: str = token.serialize(compact=True)
    return compact


def verified(token: str, key_of: KeyOf, *, types: tuple[str, ...]) -> Claims:
    """The claims of a compact JWS signed by the key that `key_of(kid)` gives; TOKEN_INVALID otherwise.

    `types` are the allowed values of the header `typ`, in lower case. Time, issuer and audience are not checked here.
    """
    if len(token) > MAX_TOKEN or token.count(".") != 2:
        raise TOKEN_INVALID.error()
    jws = JWS()
    jws.allowed_algs = list(ALGORITHMS)
    try:
        jws.deserialize(token)
        header = jws.jose_header
        typ, kid, alg = header.get("typ"), header.get("kid"), header.get("alg")
        if not isinstance(typ, str) or typ.lower() not in types or not isinstance(kid, str) or alg not in ALGORITHMS:
            raise TOKEN_INVALID.error()
        key = key_of(kid)
        if key.get("alg") not in (None, alg) or key.get("use") not in (None, "sig"):
            raise TOKEN_INVALID.error()
        jws.verify(key)
        claims = json.loads(jws.payload)
    except (JWException, ValueError, TypeError, RecursionError):
        raise TOKEN_INVALID.error() from None
    if not isinstance(claims, dict):
        raise TOKEN_INVALID.error()
    return claims
