"""The services of all nodes as clients of the hub, with the roles and scopes that follow from the agreement."""

from collections.abc import Iterable, Sequence

from concord_core.agreement import Agreement
from concord_core.identity.admin.compare import Representation
from concord_core.identity.admin.hub import (
    BROKER_SCOPE,
    CLI_CLIENT,
    IDENTITY_SCOPE,
    ORGANIZATION_SCOPE,
    audience,
    service_scope,
)
from concord_core.identity.admin.port import ServiceClient
from concord_core.identity.admin.realm import Mapper, Realm, jwks
from concord_core.identity.admin.roles import PEER, ROLES

_BASIC = "basic"  # Keycloak's own scope with the claim `sub`
_SERVICE_ACCOUNT = "service_account"  # Keycloak's own scope with the claim `client_id`


def apply_clients(realm: Realm, agreement: Agreement, clients: Sequence[ServiceClient]) -> None:
    """Exactly these clients, and the command's. A client of ours that is not among them is removed with its scope."""
    _remove_others(realm, {client.client_id for client in clients})
    for client in clients:
        _client(realm, client)
    for client in clients:
        roles = [*ROLES[client.service], PEER] if client.service != "front" else []
        realm.ensure_client_roles(client.client_id, roles)
        wanted = {client.client_id: roles} if roles else {}
        realm.ensure_scope(service_scope(client.client_id), [audience(client.client_id)], wanted)
    _command_client(realm)
    for client in clients:
        called = [peer.client_id for peer in clients if peer.service != "front" and _business(agreement, client, peer)]
        _towards(realm, client, called, clients)
    everybody = [service_scope(client.client_id) for client in clients if client.service != "front"]
    realm.ensure_client_scopes(CLI_CLIENT, [_BASIC, IDENTITY_SCOPE, ORGANIZATION_SCOPE, *everybody], [])


def ours(realm: Realm) -> dict[str, Representation]:
    """The service clients that the realm has now."""
    return {
        client["clientId"]: client
        for client in realm.admin.get_clients()
        if "concord.service" in client.get("attributes", {})
    }


def settings_of(client: ServiceClient) -> Representation:
    """What a service's client is like."""
    staff = client.staff_url
    attributes = {
        "use.jwks.string": "true",
        "jwks.string": jwks(client.keys),
        "token.endpoint.auth.signing.alg": "ES256",
        "access.token.header.type.rfc9068": "true",
        "pkce.code.challenge.method": "S256",
        "concord.node": client.node,
        "concord.service": client.service,
    }
    if staff is not None:
        attributes |= {
            "backchannel.logout.url": f"{staff}/signin/backchannel",
            "backchannel.logout.session.required": "true",
        }
    return {
        "enabled": True,
        "publicClient": False,
        "clientAuthenticatorType": "client-jwt",
        "standardFlowEnabled": staff is not None,
        "implicitFlowEnabled": False,
        "directAccessGrantsEnabled": False,
        "serviceAccountsEnabled": True,
        "fullScopeAllowed": False,
        "frontchannelLogout": False,
        "redirectUris": [f"{staff}/signin/callback"] if staff is not None else [],
        "webOrigins": [],
        "attributes": attributes,
    }


def _client(realm: Realm, client: ServiceClient) -> None:
    node = {"claim.name": "node", "claim.value": client.node, "jsonType.label": "String", "access.token.claim": "true"}
    mapper = Mapper("node", "oidc-hardcoded-claim-mapper", {**node, "id.token.claim": "false"})
    realm.ensure_client(client.client_id, settings_of(client), [mapper])


def _command_client(realm: Realm) -> None:
    """For people's programs: a public client that can only send its codes to the machine it runs on."""
    settings = {
        "enabled": True,
        "publicClient": True,
        "standardFlowEnabled": True,
        "implicitFlowEnabled": False,
        "directAccessGrantsEnabled": False,
        "serviceAccountsEnabled": False,
        "fullScopeAllowed": False,
        "redirectUris": ["http://127.0.0.1/*"],
        "webOrigins": [],
        "attributes": {"pkce.code.challenge.method": "S256", "access.token.header.type.rfc9068": "true"},
    }
    realm.ensure_client(CLI_CLIENT, settings)


def _towards(realm: Realm, client: ServiceClient, called: Sequence[str], clients: Sequence[ServiceClient]) -> None:
    """Which scopes a client may ask for, and at whom its service account is a peer."""
    own = service_scope(client.client_id)
    default = [_BASIC, _SERVICE_ACCOUNT, IDENTITY_SCOPE, ORGANIZATION_SCOPE]
    if client.service == "front":
        mates = [one for one in clients if one.node == client.node and one.service != "front"]
        scopes = [own, *(service_scope(mate.client_id) for mate in mates)]
        realm.ensure_client_scopes(client.client_id, [*default, *scopes], [])
        return
    # Every audience, its own too, is one that it must ask for: whoever receives a token of this client must not
    # find a second audience in it, at which it could play this client.
    peers = [service_scope(peer) for peer in called]
    realm.ensure_client_scopes(client.client_id, default, [BROKER_SCOPE, own, *peers])
    others = [one.client_id for one in clients if one.service != "front"]
    realm.ensure_service_roles(client.client_id, {one: [PEER] if one in called else [] for one in others})


def _business(agreement: Agreement, caller: ServiceClient, called: ServiceClient) -> bool:
    """Whether a service may call another: they share a node or an agency, or a flow joins two of their agencies."""
    if caller.node == called.node:
        return True
    here = set(agreement.hosted_by(caller.node, caller.service))
    there = set(agreement.hosted_by(called.node, called.service))
    joined = {(flow.sender, flow.receiver) for flow in agreement.flows}
    return bool(here & there) or any((a, b) in joined or (b, a) in joined for a in here for b in there)


def _remove_others(realm: Realm, wanted: Iterable[str]) -> None:
    """Removes the clients that an earlier agreement named, their scopes first."""
    keep = set(wanted)
    scopes = {scope["name"]: scope["id"] for scope in realm.admin.get_client_scopes()}
    for name, client in ours(realm).items():
        if name in keep:
            continue
        if (scope := scopes.get(service_scope(name))) is not None:
            realm.admin.delete_client_scope(scope)
        realm.admin.delete_client(client["id"])
        realm.changes.append(f"client {name}: removed")
