"""Makes the keys of hosted agencies, for a draft of the agreement. Private halves never leave the keyring."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from concord_core.agreement.domain import KEY_USES, PublicKey, Terms
from concord_core.vault import FileKeyring


def make_keys(
    draft: Terms, keyring: FileKeyring, agencies: Iterable[str], *, node: str, now: datetime, life: timedelta
) -> Terms:
    """The draft with a signing and a sealing key for each service that `node` hosts for `agencies`.

    A service that has a key valid now gets no other, so a repeat changes nothing. New keys are valid from a day before
    `now`, because another machine's clock may be behind, until `life` after it.
    """
    keyring.create()
    made: list[PublicKey] = []
    for slug in agencies:
        keyring.create_agency(slug)
        hosted = [service for service, place in draft.agency(slug).nodes.items() if place == node]
        for service in hosted:
            for use in KEY_USES:
                if any(key.valid(now) for key in draft.keys_of(slug, service, use)):
                    continue
                kid, public = keyring.create_key(slug, service, use)
                made.append(PublicKey(kid, slug, service, use, public, now - timedelta(days=1), now + life))
    return replace(draft, keys=(*draft.keys, *made))
