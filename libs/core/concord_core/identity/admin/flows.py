"""Authentication flows, made as they are written down and made anew when they differ.

Why each is as it is: what happens with ordinary flows was tried, and a person of one agency became a person of
another. The flows here leave out everything that made it possible.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from concord_core.identity.admin.realm import Realm


@dataclass(frozen=True)
class Step:
    """An authenticator, or with `steps` a flow within the flow."""

    name: str
    requirement: str
    config: dict[str, str] = field(default_factory=dict)
    steps: "tuple[Step, ...]" = ()


@dataclass(frozen=True)
class Flow:
    """A flow by its alias."""

    alias: str
    steps: tuple[Step, ...]


FIRST_LOGIN = Flow(
    "concord first login",
    # No step links to an account that exists: whoever comes with another's address is refused, not let in as
    # them. The first step checks the e-mail's domain against the agency's; it cannot be left out.
    (
        Step("idp-review-profile", "REQUIRED", {"update.profile.on.first.login": "missing"}),
        Step("idp-create-user-if-unique", "REQUIRED", {"require.password.update.after.registration": "false"}),
        Step("idp-add-organization-member", "REQUIRED"),
    ),
)

HUB_ACCOUNT = "hub-account"
"""The realm role of those who sign in at the hub itself."""

_NOT_OURS = Step(
    "concord refuse others",
    "CONDITIONAL",
    steps=(
        Step("conditional-user-role", "REQUIRED", {"condUserRole": HUB_ACCOUNT, "negate": "true"}),
        Step("deny-access-authenticator", "REQUIRED"),
    ),
)
_PROOF = Step(
    "concord proof",
    "REQUIRED",
    steps=(Step("webauthn-authenticator-passwordless", "ALTERNATIVE"), Step("auth-otp-form", "ALTERNATIVE")),
)

BROWSER = Flow(
    "concord browser",
    # No form takes a password: people of agencies with a login of their own have none at the hub. The organization
    # step asks for the e-mail address and leads to the agency's login; who has a hub account goes on to a passkey or
    # a one-time code, and nobody else gets there.
    (
        Step("auth-cookie", "ALTERNATIVE"),
        Step("identity-provider-redirector", "ALTERNATIVE"),
        Step("concord agency login", "ALTERNATIVE", steps=(Step("organization", "ALTERNATIVE"),)),
        Step(
            "concord hub accounts",
            "ALTERNATIVE",
            steps=(Step("auth-username-form", "REQUIRED"), _NOT_OURS, _PROOF),
        ),
    ),
)


def ensure_flow(realm: Realm, flow: Flow) -> None:
    """The flow as written. One that differs is replaced under its name; nothing may use it at that moment."""
    known = {one["alias"]: one for one in realm.admin.get_authentication_flows()}
    if flow.alias in known:
        if _read(realm, flow.alias) == _written(flow.steps):
            return
        raise FlowDiffersError(flow.alias)
    roles = {role["name"] for role in realm.admin.get_realm_roles()}
    if HUB_ACCOUNT not in roles:
        realm.admin.create_realm_role({"name": HUB_ACCOUNT})
    realm.admin.create_authentication_flow(
        {"alias": flow.alias, "providerId": "basic-flow", "topLevel": True, "builtIn": False}
    )
    _fill(realm, flow.alias, flow.alias, flow.steps)
    realm.changes.append(f"flow {flow.alias}: made")


class FlowDiffersError(Exception):
    """A flow of ours was edited by hand. It is not mended silently: somebody did this for a reason, good or bad."""

    def __init__(self, alias: str) -> None:
        super().__init__(f"the flow '{alias}' is not as Concord made it: see who changed it, then delete it")
        self.alias = alias


def _fill(realm: Realm, top: str, alias: str, steps: Sequence[Step]) -> None:
    admin = realm.admin
    for step in steps:
        if step.steps:
            admin.create_authentication_flow_subflow(
                {"alias": step.name, "type": "basic-flow", "provider": "registration-page-form", "description": ""},
                alias,
            )
        else:
            admin.create_authentication_flow_execution({"provider": step.name}, alias)
        made = admin.get_authentication_flow_executions(alias)
        execution = [one for one in made if one["level"] == 0][-1]
        if execution["requirement"] != step.requirement:
            admin.update_authentication_flow_executions({**execution, "requirement": step.requirement}, alias)
        if step.config:
            name = f"{top} {step.name}"
            admin.create_execution_config(execution["id"], {"alias": name, "config": step.config})
        if step.steps:
            _fill(realm, top, step.name, step.steps)


def _read(realm: Realm, alias: str) -> list[tuple[int, str, str]]:
    found: list[dict[str, Any]] = realm.admin.get_authentication_flow_executions(alias)
    return [
        (one["level"], one["displayName"] if one.get("authenticationFlow") else one["providerId"], one["requirement"])
        for one in found
    ]


def _written(steps: Sequence[Step], level: int = 0) -> list[tuple[int, str, str]]:
    lines = []
    for step in steps:
        lines.append((level, step.name, step.requirement))
        lines += _written(step.steps, level + 1)
    return lines
