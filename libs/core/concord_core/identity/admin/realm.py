"""One realm, changed only where it differs from what is wanted."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from keycloak.exceptions import KeycloakGetError

from concord_core.identity.admin.compare import Representation, differs, merged
from concord_core.identity.admin.port import Changes


@dataclass(frozen=True)
class Mapper:
    """A protocol mapper, or with `identityProviderMapper` as `kind` the mapper of an identity provider."""

    name: str
    kind: str
    config: Mapping[str, str]


class Realm:
    """The primitives from which a realm is put together; `admin` is a client for it. Each appends what it changed to
    `changes`."""

    def __init__(self, admin: Any, name: str, changes: Changes) -> None:
        self.name = name
        self.changes = changes
        self.admin = admin
        self._client_ids: dict[str, str] = {}

    # --- the realm itself -------------------------------------------------------------------------------------

    def ensure(self, settings: Representation, first: Representation | None = None) -> None:
        """The realm, made if missing, with these settings; `first` is what only a new realm gets."""
        try:
            current = self.admin.get_realm(self.name)
        except KeycloakGetError as error:
            if error.response_code != 404:
                raise
            self.admin.create_realm({"realm": self.name, "enabled": True, **settings, **(first or {})})
            # The token in hand names the realms that existed when it was issued.
            self.admin.connection.refresh_token()
            self.changes.append(f"realm {self.name}: made")
            return
        if differs(current, settings):
            self.admin.update_realm(self.name, merged(current, settings))
            self.changes.append(f"realm {self.name}: settings")

    def ensure_required_action(self, alias: str, *, enabled: bool) -> None:
        current = self.admin.get_required_action_by_alias(alias)
        if current is not None and current["enabled"] != enabled:
            self.admin.update_required_action(alias, {**current, "enabled": enabled, "defaultAction": False})
            self.changes.append(f"required action {alias}: {'on' if enabled else 'off'}")

    def ensure_profile(self, attributes: Iterable[str], editors: Sequence[str]) -> None:
        """Who may edit these attributes of a person's profile."""
        wanted = frozenset(attributes)
        profile = self.admin.get_realm_users_profile()
        changed = False
        for attribute in profile["attributes"]:
            rights = attribute.get("permissions", {})
            if attribute["name"] in wanted and differs(rights, {"edit": editors, "view": ["admin", "user"]}):
                attribute["permissions"] = {"edit": list(editors), "view": ["admin", "user"]}
                changed = True
        if changed:
            self.admin.update_realm_users_profile(profile)
            self.changes.append(f"realm {self.name}: profile")

    # --- clients and roles ------------------------------------------------------------------------------------

    def client_uuid(self, client_id: str) -> str | None:
        """Keycloak's own id of a client."""
        if client_id not in self._client_ids and (found := self.admin.get_client_id(client_id)):
            self._client_ids[client_id] = found
        return self._client_ids.get(client_id)

    def known_client(self, client_id: str) -> str:
        """As `client_uuid`, of a client that must exist; LookupError otherwise."""
        found = self.client_uuid(client_id)
        if found is None:
            raise LookupError(f"realm {self.name} has no client {client_id}")
        return found

    def ensure_client(self, client_id: str, settings: Representation, mappers: Sequence[Mapper] = ()) -> None:
        """A client with these settings and exactly these mappers of its own."""
        uuid = self.client_uuid(client_id)
        if uuid is None:
            self.admin.create_client({"clientId": client_id, "protocol": "openid-connect", **settings})
            self.changes.append(f"client {client_id}: made")
            uuid = self.known_client(client_id)
        else:
            current = self.admin.get_client(uuid)
            if differs(current, settings):
                self.admin.update_client(uuid, merged(current, settings))
                self.changes.append(f"client {client_id}: settings")
        current_mappers = self.admin.get_client(uuid).get("protocolMappers", [])
        admin = self.admin
        self._mappers(
            f"client {client_id}",
            current_mappers,
            mappers,
            add=lambda one: admin.add_mapper_to_client(uuid, one),
            change=lambda key, one: admin.update_client_mapper(uuid, key, one),
        )

    def ensure_client_roles(self, client_id: str, roles: Iterable[str]) -> None:
        uuid = self.known_client(client_id)
        known = {role["name"] for role in self.admin.get_client_roles(uuid)}
        for role in sorted(set(roles) - known):
            self.admin.create_client_role(uuid, {"name": role})
            self.changes.append(f"client {client_id}: role {role}")

    def client_roles(self, client_id: str) -> dict[str, Representation]:
        return {role["name"]: role for role in self.admin.get_client_roles(self.known_client(client_id))}

    def ensure_service_roles(self, client_id: str, wanted: Mapping[str, Sequence[str]]) -> None:
        """Exactly these roles (other client's id → roles) for a client's service account, among those clients."""
        account = self.admin.get_client_service_account_user(self.known_client(client_id))["id"]
        for owner, names in wanted.items():
            owner_uuid = self.known_client(owner)
            held = {role["name"]: role for role in self.admin.get_client_roles_of_user(account, owner_uuid)}
            missing = [role for name, role in self.client_roles(owner).items() if name in names and name not in held]
            if missing:
                self.admin.assign_client_role(account, owner_uuid, missing)
                self.changes.append(f"client {client_id}: gets {', '.join(sorted(names))} at {owner}")
            if surplus := [role for name, role in held.items() if name not in names]:
                self.admin.delete_client_roles_of_user(account, owner_uuid, surplus)
                self.changes.append(f"client {client_id}: loses roles at {owner}")

    # --- scopes -----------------------------------------------------------------------------------------------

    def ensure_scope(self, name: str, mappers: Sequence[Mapper], roles: Mapping[str, Iterable[str]]) -> None:
        """A client scope with these mappers; a token gets it only if its subject has one of `roles`
        (client id → roles), unless there are none."""
        current = self.admin.get_client_scope_by_name(name)
        if current is None:
            attributes = {"include.in.token.scope": "true", "display.on.consent.screen": "false"}
            self.admin.create_client_scope({"name": name, "protocol": "openid-connect", "attributes": attributes})
            self.changes.append(f"scope {name}: made")
            current = self.admin.get_client_scope_by_name(name)
        key, admin = current["id"], self.admin
        self._mappers(
            f"scope {name}",
            current.get("protocolMappers", []),
            mappers,
            add=lambda one: admin.add_mapper_to_client_scope(key, one),
            change=lambda mapper, one: admin.update_mapper_in_client_scope(key, mapper, one),
        )
        for owner, names in roles.items():
            owner_uuid = self.known_client(owner)
            held = {role["name"] for role in admin.get_client_specific_roles_of_client_scope(key, owner_uuid)}
            known = self.client_roles(owner)
            if missing := [known[role] for role in names if role not in held]:
                admin.add_client_specific_roles_to_client_scope(key, owner_uuid, missing)
                self.changes.append(f"scope {name}: roles of {owner}")

    def ensure_client_scopes(self, client_id: str, default: Iterable[str], optional: Iterable[str]) -> None:
        """Exactly these scopes on a client, by name."""
        uuid, admin = self.known_client(client_id), self.admin
        keys = {scope["name"]: scope["id"] for scope in admin.get_client_scopes()}
        sides = (
            (
                "default",
                set(default),
                admin.get_client_default_client_scopes,
                admin.add_client_default_client_scope,
                admin.delete_client_default_client_scope,
            ),
            (
                "optional",
                set(optional),
                admin.get_client_optional_client_scopes,
                admin.add_client_optional_client_scope,
                admin.delete_client_optional_client_scope,
            ),
        )
        held = {kind: {scope["name"] for scope in read(uuid)} for kind, _, read, _, _ in sides}
        for kind, wanted, _, _, remove in sides:  # removals first: a scope is on one side only
            for name in sorted(held[kind] - wanted):
                remove(uuid, keys[name])
                self.changes.append(f"client {client_id}: without {kind} scope {name}")
        for kind, wanted, _, add, _ in sides:
            for name in sorted(wanted - held[kind]):
                add(uuid, keys[name], {})
                self.changes.append(f"client {client_id}: {kind} scope {name}")

    # --- identity providers -----------------------------------------------------------------------------------

    def ensure_provider_mappers(self, alias: str, mappers: Sequence[Mapper]) -> None:
        """Exactly these mappers on an identity provider."""
        current = {one["name"]: one for one in self.admin.get_idp_mappers(alias)}
        for mapper in mappers:
            wanted = {
                "name": mapper.name,
                "identityProviderAlias": alias,
                "identityProviderMapper": mapper.kind,
                "config": dict(mapper.config),
            }
            before = current.pop(mapper.name, None)
            if before is None:
                self.admin.add_mapper_to_idp(alias, wanted)
                self.changes.append(f"login {alias}: mapper {mapper.name}")
            elif differs(before, wanted):
                self.admin.update_mapper_in_idp(alias, before["id"], merged(before, wanted))
                self.changes.append(f"login {alias}: mapper {mapper.name} changed")
        for name, before in current.items():
            path = f"/admin/realms/{self.name}/identity-provider/instances/{alias}/mappers/{before['id']}"
            self.admin.connection.raw_delete(path)
            self.changes.append(f"login {alias}: without mapper {name}")

    # --- shared -----------------------------------------------------------------------------------------------

    def _mappers(
        self, owner: str, current: Sequence[Representation], wanted: Sequence[Mapper], *, add: Any, change: Any
    ) -> None:
        known = {one["name"]: one for one in current}
        for mapper in wanted:
            representation = {
                "name": mapper.name,
                "protocol": "openid-connect",
                "protocolMapper": mapper.kind,
                "config": dict(mapper.config),
            }
            before = known.get(mapper.name)
            if before is None:
                add(representation)
                self.changes.append(f"{owner}: mapper {mapper.name}")
            elif differs(before, representation):
                change(before["id"], merged(before, representation))
                self.changes.append(f"{owner}: mapper {mapper.name} changed")


def jwks(keys: Iterable[Mapping[str, Any]]) -> str:
    """Keys as the JSON text of a key set, the same for the same keys."""
    return json.dumps({"keys": [dict(sorted(key.items())) for key in keys]}, sort_keys=True)
