"""What services rely on, asked of each kind of issuer: the same people, the same claims, the same refusals."""

import pytest

from concord_core.errors import ConcordError
from concord_core.identity import ServiceTokens, TokenVerifier
from concord_core.identity.provider import JwksCache, Provider
from tests.identity.sources import IdentitySource, identity


def verifier(source: IdentitySource, client_id: str) -> TokenVerifier:
    node, _ = source.agreement.clients[client_id]
    return TokenVerifier(source.issuer, client_id, JwksCache(Provider(source.issuer)), source.agreement, node)


@pytest.mark.parametrize(
    ("user", "client_id", "agency", "role"),
    [
        ("unicef-officer", "hub-intake", "unicef", "case_officer"),
        ("unicef-officer", "hub-screening", "unicef", "listing_officer"),
        ("unhcr-recruiter", "hub-screening", "unhcr", "recruiter"),
        ("unicef-advocate", "hub-assistance", "unicef", "advocate"),
        ("un-publisher", "hub-reporting", "un", "publisher"),
    ],
)
def test_people_are_known_with_agency_and_roles(
    source: IdentitySource, user: str, client_id: str, agency: str, role: str
) -> None:
    principal = verifier(source, client_id).verify(source.token(user))
    assert (principal.kind, principal.agency) == ("person", agency)
    assert role in principal.roles
    assert "peer" not in principal.roles
    assert principal.name


def test_a_person_has_one_subject_everywhere(source: IdentitySource) -> None:
    subjects = {
        verifier(source, client_id).verify(source.token("unicef-officer")).subject
        for client_id in ("hub-intake", "hub-screening")
    }
    assert len(subjects) == 1


def test_a_token_is_for_services_where_the_person_has_a_role(source: IdentitySource) -> None:
    with pytest.raises(ConcordError) as caught:
        verifier(source, "hub-reporting").verify(source.token("unhcr-recruiter"))
    assert caught.value.code == "token_audience"


def test_services_are_known_with_their_node(source: IdentitySource) -> None:
    token = ServiceTokens(identity(source, "hub-intake")).token("hub-assistance")
    principal = verifier(source, "hub-assistance").verify(token)
    assert (principal.kind, principal.subject, principal.node) == ("service", "hub-intake", "hub")
    assert principal.roles == {"peer"}


def test_a_services_token_is_for_one_service_only(source: IdentitySource) -> None:
    token = ServiceTokens(identity(source, "hub-intake")).token("hub-assistance")
    for client_id in ("hub-screening", "hub-intake"):
        with pytest.raises(ConcordError) as caught:
            verifier(source, client_id).verify(token)
        assert caught.value.code == "token_audience"


def test_a_brokers_token_opens_no_service_and_a_services_none_the_broker(source: IdentitySource) -> None:
    tokens = ServiceTokens(identity(source, "hub-intake"))
    with pytest.raises(ConcordError):
        verifier(source, "hub-intake").verify(tokens.token("kafka"))
    assert tokens.token("kafka") == tokens.token("kafka")


def test_a_client_with_anothers_key_is_refused(source: IdentitySource) -> None:
    own, other = identity(source, "hub-intake"), identity(source, "hub-screening")
    mixed = own.model_copy(update={"client_key": other.client_key})
    with pytest.raises(ConcordError) as caught:
        ServiceTokens(mixed).token("hub-assistance")
    assert caught.value.code == "issuer_refused"
