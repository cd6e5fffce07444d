"""What an attacker at an agency's own login can do there: they administer it, so nothing there stops them."""

import secrets
import time
from dataclasses import dataclass
from typing import Any

from concord_core.identity import Principal
from concord_core.identity.jose import Claims
from concord_core.identity.provider import JwksCache, Provider
from concord_core.identity.verifier import TokenVerifier
from concord_stack.full import FullStack
from concord_stack.walk.evidence import StepError
from tests.support.keycloak_signin import Visitor, authorize_url, redeem


@dataclass(frozen=True)
class Impostor:
    """Somebody at an agency's login."""

    agency: str
    user: str
    password: str


class AgencyAdministrator:
    """Whoever runs an agency's own login."""

    def __init__(self, stack: FullStack, agency: str) -> None:
        self.agency = agency
        self.admin: Any = stack.access.open(f"agency-{agency}")

    def hire(self, email: str, roles: tuple[str, ...] = ()) -> Impostor:
        """Makes a person with any e-mail they like."""
        user, password = f"x{secrets.token_hex(4)}", secrets.token_urlsafe(12)
        key = self.admin.create_user(
            {
                "username": user,
                "email": email,
                "emailVerified": True,
                "firstName": "Xeno",
                "lastName": "Impostor",
                "enabled": True,
                "credentials": [{"type": "password", "value": password, "temporary": False}],
            }
        )
        if roles:
            self.admin.assign_realm_roles(key, [self.admin.get_realm_role(role) for role in roles])
        return Impostor(self.agency, user, password)

    def change(self, person: Impostor, **fields: Any) -> None:
        """Changes what the login says of a person."""
        key = self.admin.get_user_id(person.user)
        self.admin.update_user(key, {**self.admin.get_user(key), **fields})

    def take_role(self, person: Impostor, role: str) -> None:
        """Takes a role away."""
        key = self.admin.get_user_id(person.user)
        self.admin.delete_realm_roles_of_user(key, [self.admin.get_realm_role(role)])

    def end_sessions(self, person: Impostor) -> None:
        """Ends the person's sessions at the agency."""
        self.admin.user_logout(self.admin.get_user_id(person.user))


def come_in(stack: FullStack, person: Impostor, visitor: Visitor | None = None, **more: str) -> dict[str, Any] | None:
    """Signs in at the hub through the person's own agency, whatever their e-mail says; None when refused."""
    browser, verifier = visitor or Visitor(), secrets.token_urlsafe(48)
    back = browser.open(authorize_url(stack.issuer, verifier, kc_idp_hint=person.agency, **more))
    if back is None and browser.asks("username", "password"):
        back = browser.submit({"username": person.user, "password": person.password})
    if back is None:
        return None
    try:
        return redeem(stack.issuer, back, verifier)
    except StepError:
        return None


def verifier_of(stack: FullStack, client_id: str) -> TokenVerifier:
    """As the service of that client id believes tokens."""
    agreement = stack.signed.agreement
    node, _ = agreement.clients[client_id]
    return TokenVerifier(stack.issuer, client_id, JwksCache(Provider(stack.issuer)), agreement, node)


def claims(stack: FullStack, token: str, client_id: str = "hub-intake") -> Claims:
    """The claims of an access token."""
    return verifier_of(stack, client_id).claims(token, types=("at+jwt",))


def principal(stack: FullStack, token: str, client_id: str) -> Principal:
    """Whom the service takes the bearer for."""
    return verifier_of(stack, client_id).verify(token)


def fresh_email(agency: str) -> str:
    """An e-mail of an agency's domain that nobody has."""
    return f"n{secrets.token_hex(4)}{int(time.time())}@{agency}.example"
