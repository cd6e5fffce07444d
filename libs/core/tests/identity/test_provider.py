"""The issuer as a relying party sees it: by TLS or on this machine, leading nowhere else, noticed when it is away."""

import httpx
import pytest

from concord_core.errors import ConcordError
from concord_core.identity.errors import ISSUER_REFUSED, ISSUER_UNAVAILABLE
from concord_core.identity.provider import Provider

ISSUER = "https://hub.example/realms/concord"
KEYS = f"{ISSUER}/keys"


class Discovery:
    """What the issuer says of itself, which a test changes, as it switches it off."""

    def __init__(self) -> None:
        self.document = {"issuer": ISSUER, "jwks_uri": KEYS}
        self.down = False

    def answer(self, _: httpx.Request) -> httpx.Response:
        if self.down:
            raise httpx.ConnectError("down")
        return httpx.Response(200, json=self.document)

    def provider(self) -> Provider:
        return Provider(ISSUER, http=httpx.Client(transport=httpx.MockTransport(self.answer)))


def test_an_issuer_that_went_away_and_came_back_is_noticed_where_a_browser_is_sent() -> None:
    discovery = Discovery()
    provider = discovery.provider()
    assert provider.endpoint("jwks_uri") == provider.live_endpoint("jwks_uri") == KEYS
    discovery.down = True
    assert provider.endpoint("jwks_uri") == KEYS, "what is known goes on being used"
    with pytest.raises(ConcordError, match=ISSUER_UNAVAILABLE.code):
        provider.live_endpoint("jwks_uri")
    discovery.down = False
    assert provider.live_endpoint("jwks_uri") == KEYS


@pytest.mark.parametrize("address", ["http://hub.example", "http://10.0.0.1/realms/concord", "ftp://hub.example"])
def test_an_issuer_off_this_machine_needs_tls(address: str) -> None:
    with pytest.raises(ValueError, match="https"):
        Provider(address)


def test_an_issuer_on_this_machine_needs_none() -> None:
    assert Provider("http://127.0.0.1:8080/realms/concord").issuer == "http://127.0.0.1:8080/realms/concord"


@pytest.mark.parametrize("name", ["issuer", "jwks_uri"])
def test_a_discovery_document_that_leads_elsewhere_is_refused(name: str) -> None:
    discovery = Discovery()
    discovery.document[name] = "https://elsewhere.example/keys"
    with pytest.raises(ConcordError, match=ISSUER_REFUSED.code):
        discovery.provider().keys()
