"""Joining and leaving on real servers: twice changes nothing, an unsafe login is named and mended, leaving is whole."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from concord_core.agreement import SERVICES, Endpoint, Node
from concord_core.agreement.document import dump
from concord_core.agreement.signature import operator_key, sign, signature_path
from concord_core.events import kafka_admin
from concord_core.identity.admin import joining
from concord_core.identity.admin.cli import app
from concord_core.identity.admin.keycloak_target import KeycloakTarget
from concord_core.identity.admin.log_targets import KafkaTarget
from concord_core.identity.admin.settings import Administration, ClientSection
from concord_core.identity.client_keys import make_client_key, public_jwk
from concord_stack.full import FullStack
from tests.identity.attacks import AgencyAdministrator, come_in, fresh_email


@pytest.fixture(scope="module")
def operator(full_infra: FullStack) -> Administration:
    """The operator's settings of the running stack."""
    full_infra.write_administration()
    return Administration.load(full_infra.administration_file)


def said(full_infra: FullStack, *arguments: str) -> str:
    """What `concord agency` prints when it is run with the operator's settings and takes what it was asked."""
    done = CliRunner().invoke(app, [*arguments, "--config", str(full_infra.administration_file)])
    assert done.exit_code == 0, done.output
    return done.output


def changes(full_infra: FullStack, *arguments: str) -> list[str]:
    """The changes that `concord agency` says it made."""
    made: list[str] = json.loads(said(full_infra, *arguments, "--json"))
    return made


def test_onboarding_twice_changes_nothing(operator: Administration) -> None:
    for slug in ("unicef", "unfpa", "wfp"):
        joining.onboard(operator, slug, None)
        assert joining.onboard(operator, slug, None) == []


def test_everything_is_what_the_agreement_says(operator: Administration) -> None:
    agreement = operator.in_force()
    assert operator.keycloak is not None
    assert operator.kafka is not None
    assert KeycloakTarget(operator.keycloak).plan(agreement) == []
    assert KafkaTarget(operator.kafka).plan(agreement) == []


def test_the_list_says_that_all_logins_are_safe(full_infra: FullStack, operator: Administration) -> None:
    assert "unicef" in said(full_infra, "list")


def test_an_unlinked_login_is_named_and_mended(full_infra: FullStack, operator: Administration) -> None:
    hub = full_infra.access.open("concord")
    organization = next(one for one in hub.get_organizations() if one["alias"] == "unhcr")
    hub.organization_idp_remove(organization["id"], "unhcr")
    try:
        unsafe = [one for one in full_infra.administration.joined() if one.problems]
        assert [one.agency for one in unsafe] == ["unhcr"]
    finally:
        changes = joining.onboard(operator, "unhcr", None)
    assert "login unhcr: linked" in changes
    assert not any(one.problems for one in full_infra.administration.joined())
    impostor = AgencyAdministrator(full_infra, "unhcr").hire(fresh_email("unicef"))
    assert come_in(full_infra, impostor) is None


def test_a_new_agency_joins_and_leaves(full_infra: FullStack, operator: Administration) -> None:
    about = ("--entity", "UNESCO", "--name", "An agency that joins for this test", "--domain", "joiner.example")
    version = operator.in_force().version
    unknown = CliRunner().invoke(app, ["onboard", "joiner", "--config", str(full_infra.administration_file)])
    assert unknown.exit_code == 1, unknown.output
    assert changes(full_infra, "onboard", "joiner", *about)
    assert operator.in_force().version == version + 1
    assert "concord.intake.joiner.v1" in operator.in_force().topics()
    assert changes(full_infra, "onboard", "joiner", *about) == []
    assert "joiner" in {one.agency for one in full_infra.administration.joined()}
    assert changes(full_infra, "offboard", "joiner")
    assert changes(full_infra, "offboard", "joiner") == []
    assert "joiner" not in {one.agency for one in full_infra.administration.joined()}
    assert not {acl for acl in operator.in_force().acls() if "joiner" in acl.name and acl.operation == "write"}
    assert changes(full_infra, "onboard", "joiner")
    assert said(full_infra, "onboard", "joiner").strip() == "nothing to change"
    assert "joiner" in {one.agency for one in full_infra.administration.joined()}
    assert changes(full_infra, "offboard", "joiner")


def with_island(operator: Administration, folder: Path) -> Administration:
    """The operator's settings after a new node, that hosts nobody yet, was written into the agreement."""
    services = {service: f"island-{service}" for service in SERVICES}
    old = operator.in_force()
    node = Node("island", {service: Endpoint(name, "127.0.0.1:1") for service, name in services.items()})
    terms = replace(old, version=old.version + 1, nodes=(*old.nodes, node))
    operator.agreement.path.write_bytes(dump(terms))
    private = operator_key(operator.agreement.signing_key)
    signature_path(operator.agreement.path).write_text(sign(dump(terms), private))
    assert operator.keycloak is not None
    clients = dict(operator.keycloak.clients)
    for service, name in services.items():
        keys = folder / f"{name}.jwks"
        make_client_key(folder / f"{name}.pem")
        keys.write_text(json.dumps({"keys": [public_jwk(folder / f"{name}.pem")]}))
        clients[name] = ClientSection(node="island", service=service, keys=keys)
    keycloak = operator.keycloak.model_copy(update={"clients": clients})
    keyrings = {**operator.keyrings, "island": folder / "keyring"}
    return operator.model_copy(update={"keycloak": keycloak, "keyrings": keyrings})


def test_a_node_loses_its_clients_and_permissions_with_its_only_agency(
    full_infra: FullStack, operator: Administration, tmp_path: Path
) -> None:
    settings = with_island(operator, tmp_path)
    assert settings.keycloak is not None
    assert settings.kafka is not None

    def clients() -> set[str]:
        return {client["clientId"] for client in full_infra.access.open("concord").get_clients()}

    def permitted() -> set[str]:
        kafka = settings.kafka
        assert kafka is not None
        everything = kafka_admin.plan(
            kafka.bootstrap, kafka.user, kafka.password.read_text().strip(), topics=(), acls=()
        ).removed
        return {acl.principal for acl in everything}

    new = joining.NewAgency("UNU", "An agency with a node of its own", "islander.example", "island")
    joining.onboard(settings, "islander", new)
    assert "island-assistance" in clients()
    assert "island-assistance" in permitted()
    joining.offboard(settings, "islander")
    assert not {name for name in clients() | permitted() if name.startswith("island-")}
    assert not {
        scope["name"]
        for scope in full_infra.access.open("concord").get_client_scopes()
        if scope["name"].startswith("svc:island-")
    }
    assert "hub-intake" in clients()
    assert KeycloakTarget(settings.keycloak).plan(settings.in_force()) == []
    assert KafkaTarget(settings.kafka).plan(settings.in_force()) == []
    assert joining.offboard(settings, "islander") == []


def test_one_who_leaves_cannot_sign_in_and_one_who_returns_can(full_infra: FullStack, operator: Administration) -> None:
    person = AgencyAdministrator(full_infra, "unfpa").hire(fresh_email("unfpa"), ("intake.staff_reporter",))
    assert come_in(full_infra, person) is not None
    full_infra.administration.offboard("unfpa")
    assert come_in(full_infra, person) is None
    joining.onboard(operator, "unfpa", None)
    assert come_in(full_infra, person) is not None


def test_sign_out_ends_every_session_of_an_agency(full_infra: FullStack) -> None:
    person = AgencyAdministrator(full_infra, "unhcr").hire(fresh_email("unhcr"), ("intake.staff_reporter",))
    assert come_in(full_infra, person) is not None
    people, _, rest = said(full_infra, "sign-out", "unhcr").partition(" ")
    assert (int(people) >= 1, rest.strip()) == (True, "people signed out")
    hub = full_infra.access.open("concord")
    organization = next(one for one in hub.get_organizations() if one["alias"] == "unhcr")
    for member in hub.get_organization_members(organization["id"]):
        assert hub.get_sessions(member["id"]) == []
