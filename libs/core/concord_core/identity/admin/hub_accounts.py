"""People of agencies without a login of their own: they sign in at the hub, with a passkey or a one-time code.

The realm role marks them. Only who has it gets past the hub's own form, so that a person of an agency with its own
login can never use a code set up at the hub once their agency no longer lets them in.
"""

import json

from concord_core.agreement import Agency, Agreement
from concord_core.identity.admin.agencies import find
from concord_core.identity.admin.flows import HUB_ACCOUNT
from concord_core.identity.admin.port import HubAccount
from concord_core.identity.admin.realm import Realm

_CODE = {"subType": "totp", "digits": 6, "period": 30, "counter": 0, "algorithm": "HmacSHA1"}


def ensure_hub_account(realm: Realm, agency: Agency, agreement: Agreement, account: HubAccount) -> None:
    """The account, in its agency's organization, with these roles; LookupError without the organization."""
    organization = find(realm, agency.slug)
    if organization is None:
        raise LookupError(f"agency {agency.slug} has no organization at the hub")
    if agency.identity_provider is not None:
        raise ValueError(f"agency {agency.slug} has a login of its own: its people have no hub accounts")
    key = realm.admin.get_user_id(account.user)
    if key is None:
        key = realm.admin.create_user(_representation(account))
        realm.admin.assign_realm_roles(key, [realm.admin.get_realm_role(HUB_ACCOUNT)])
        realm.admin.organization_user_add(key, organization["id"])
        realm.changes.append(f"hub account {account.user}: made")
    for name in account.roles:
        service, _, role = name.partition(".")
        client_id = agreement.address(agency.slug, service).client_id
        uuid = realm.known_client(client_id)
        if role not in {held["name"] for held in realm.admin.get_client_roles_of_user(key, uuid)}:
            realm.admin.assign_client_role(key, uuid, [realm.client_roles(client_id)[role]])
            realm.changes.append(f"hub account {account.user}: {role} at {client_id}")


def _representation(account: HubAccount) -> dict[str, object]:
    credentials = []
    if account.code_secret is not None:
        secret = json.dumps({"value": account.code_secret})
        credentials = [{"type": "otp", "secretData": secret, "credentialData": json.dumps(_CODE)}]
    return {
        "username": account.user,
        "email": account.email,
        "emailVerified": True,
        "firstName": account.given,
        "lastName": account.family,
        "enabled": True,
        "credentials": credentials,
        "requiredActions": [] if credentials else ["CONFIGURE_TOTP"],
    }
