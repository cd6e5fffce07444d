"""The agreement: believed only when signed and not older than seen; tenancy, topics and permissions follow from it."""

import base64
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner

from concord_core.agreement import Acl, Agency, Agreement, Endpoint, Flow, Node, Purpose, Terms
from concord_core.agreement.checks import changes_forbidden, problems
from concord_core.agreement.cli import app
from concord_core.agreement.document import dump, parse
from concord_core.agreement.errors import DOWNGRADE, REWRITTEN, UNKNOWN_KEY, UNKNOWN_PEER, UNREADABLE, UNSIGNED
from concord_core.agreement.keymaking import make_keys
from concord_core.agreement.signature import make_operator_key, public_text, sign, signature_path
from concord_core.errors import ConcordError
from concord_core.vault import FileKeyring

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ALL = ("intake", "screening", "assistance", "reporting")


def draft() -> Terms:
    """Two nodes: `hub` hosts A and B, `field` hosts C for assistance; A refers to C, B counts for everybody."""
    services = {service: Endpoint(f"hub-{service}", f"127.0.0.1:{5100 + i}") for i, service in enumerate(ALL)}
    return Terms(
        version=3,
        issued_at=NOW,
        operator="b",
        agencies=(
            Agency("a", "UNICEF", "Agency A", "a.example", dict.fromkeys(ALL, "hub"), identity_provider="a"),
            Agency("b", "UN", "Agency B", "b.example", dict.fromkeys(ALL, "hub")),
            Agency("c", "UNFPA", "Agency C", "c.example", {"assistance": "field"}),
        ),
        nodes=(
            Node("hub", {**services, "front": Endpoint("hub-front")}, receiving_agency="b"),
            Node("field", {"assistance": Endpoint("field-assistance", "127.0.0.1:5200")}),
        ),
        keys=(),
        flows=(
            Flow("a", "c", "assistance", Purpose.REFERRAL, NOW - DAY, NOW + DAY),
            Flow("c", "b", "assistance", Purpose.STATISTICS, NOW - DAY, NOW + DAY),
        ),
    )


@pytest.fixture
def terms(tmp_path: Path) -> Terms:
    made = draft()
    for node in ("hub", "field"):
        keyring = FileKeyring(tmp_path / node, now=lambda: NOW)
        hosted = made.hosted_by(node)
        made = make_keys(made, keyring, hosted, node=node, now=NOW, life=timedelta(days=365))
    return made


@pytest.fixture
def operator() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


def written(folder: Path, terms: Terms, key: Ed25519PrivateKey) -> Path:
    path = folder / "agreement.yaml"
    path.write_bytes(dump(terms))
    signature_path(path).write_text(sign(dump(terms), key))
    return path


def refused(code: str, call: Callable[[], object]) -> None:
    with pytest.raises(ConcordError) as caught:
        call()
    assert caught.value.code == code


# --- the file -------------------------------------------------------------------------------------------------


def test_a_signed_file_is_believed(tmp_path: Path, terms: Terms, operator: Ed25519PrivateKey) -> None:
    agreement = Agreement.load(written(tmp_path, terms, operator), public_text(operator))
    assert dump(agreement) == dump(terms)
    assert problems(agreement, NOW) == []


def test_one_changed_byte_refuses_the_file(tmp_path: Path, terms: Terms, operator: Ed25519PrivateKey) -> None:
    path = written(tmp_path, terms, operator)
    path.write_bytes(path.read_bytes().replace(b"127.0.0.1:5200", b"127.0.0.1:5201"))
    refused(UNSIGNED.code, lambda: Agreement.load(path, public_text(operator)))


def test_another_signer_is_not_the_operator(tmp_path: Path, terms: Terms, operator: Ed25519PrivateKey) -> None:
    path = written(tmp_path, terms, Ed25519PrivateKey.generate())
    refused(UNSIGNED.code, lambda: Agreement.load(path, public_text(operator)))
    for pinned in ("", "no key", base64.b64encode(bytes(31)).decode()):
        refused(UNSIGNED.code, partial(Agreement.load, path, pinned))


def test_a_file_without_signature_is_refused(tmp_path: Path, terms: Terms, operator: Ed25519PrivateKey) -> None:
    path = written(tmp_path, terms, operator)
    signature_path(path).unlink()
    refused(UNREADABLE.code, lambda: Agreement.load(path, public_text(operator)))
    signature_path(path).write_bytes("подпись".encode())
    refused(UNSIGNED.code, lambda: Agreement.load(path, public_text(operator)))


def test_an_older_version_than_seen_is_refused(tmp_path: Path, terms: Terms, operator: Ed25519PrivateKey) -> None:
    memory, pinned = tmp_path / "seen", public_text(operator)
    newer = replace(terms, version=4)
    Agreement.load(written(tmp_path, terms, operator), pinned, memory=memory)
    Agreement.load(written(tmp_path, newer, operator), pinned, memory=memory)
    Agreement.load(written(tmp_path, newer, operator), pinned, memory=memory)
    refused(DOWNGRADE.code, lambda: Agreement.load(written(tmp_path, terms, operator), pinned, memory=memory))
    other = replace(newer, operator="a")
    refused(REWRITTEN.code, lambda: Agreement.load(written(tmp_path, other, operator), pinned, memory=memory))


def test_a_file_that_is_not_believed_leaves_no_memory(
    tmp_path: Path, terms: Terms, operator: Ed25519PrivateKey
) -> None:
    memory = tmp_path / "seen"
    path = written(tmp_path, replace(terms, version=99), Ed25519PrivateKey.generate())
    refused(UNSIGNED.code, lambda: Agreement.load(path, public_text(operator), memory=memory))
    assert not memory.exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text + "extra: 1\n",
        lambda text: text.replace("version: 3", "version: 3\nversion: 4"),
        lambda text: text.replace("version: 3", "version: three"),
        lambda text: text.replace("version: 3", "version: 0"),
        lambda text: text.replace("slug: a\n", "slug: ../a\n", 1),
        lambda text: text.replace("purpose: referral", "purpose: curiosity"),
        lambda text: re.sub(r"not_before: '[^']*'", "not_before: '2026-11-21T12:00:00'", text, count=1),
        lambda text: re.sub(r"public: \S+", "public: c2hvcnQ=", text, count=1),
        lambda text: text.replace("operator: b", "operator: &x b\nagencies: *x"),
        lambda text: "- 1\n",
        lambda text: "",
        lambda text: "{" * 2000,
        lambda text: "operator: !!python/object/apply:os.system ['true']\n",
    ],
)
def test_a_malformed_document_is_refused(terms: Terms, change: Callable[[str], str]) -> None:
    altered = change(dump(terms).decode())
    assert altered.encode() != dump(terms)
    refused(UNREADABLE.code, lambda: parse(altered.encode()))


# --- contradictions and successors ----------------------------------------------------------------------------


def hosted(terms: Terms, nodes: dict[str, str]) -> Agency:
    """Agency C, hosted otherwise."""
    return replace(terms.agencies[2], nodes=nodes)


def at_address(terms: Terms, address: str) -> Node:
    """Node `field`, reached otherwise."""
    return replace(terms.nodes[1], services={"assistance": Endpoint("x", address)})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: replace(t, operator="nobody"), "operator"),
        (lambda t: replace(t, agencies=(*t.agencies, t.agencies[0])), "stands 2 times"),
        (lambda t: replace(t, nodes=t.nodes[:1]), "node field is not in the agreement"),
        (lambda t: replace(t, agencies=(*t.agencies[:2], hosted(t, {"intake": "field"}))), "does not run"),
        (lambda t: replace(t, keys=t.keys[1:]), "no valid"),
        (lambda t: replace(t, keys=(*t.keys, replace(t.keys[0], kid="copy"))), "public key"),
        (lambda t: replace(t, flows=(replace(t.flows[0], receiver="nobody"),)), "unknown agency"),
        (lambda t: replace(t, flows=(replace(t.flows[0], not_after=t.flows[0].not_before),)), "ends before"),
        (lambda t: replace(t, nodes=(t.nodes[0], at_address(t, "nowhere"))), "address"),
        (lambda t: replace(t, nodes=(t.nodes[0], replace(t.nodes[1], receiving_agency="a"))), "receiving"),
    ],
)  # fmt: skip
def test_contradictions_are_named(terms: Terms, change: Callable[[Terms], Terms], words: str) -> None:
    assert any(words in problem for problem in problems(change(terms), NOW))


def test_keys_are_never_dropped_nor_revived(terms: Terms) -> None:
    key = terms.keys[0]
    newer = replace(terms, version=4)
    assert changes_forbidden(terms, newer) == []
    assert changes_forbidden(terms, terms) != []
    assert any("dropped" in found for found in changes_forbidden(terms, replace(newer, keys=terms.keys[1:])))
    altered = (replace(key, public=bytes(32)), *terms.keys[1:])
    assert any("altered" in found for found in changes_forbidden(terms, replace(newer, keys=altered)))
    revoked = replace(terms, keys=(replace(key, revoked_at=NOW), *terms.keys[1:]))
    assert changes_forbidden(terms, replace(revoked, version=4)) == []
    assert any("revoked" in found for found in changes_forbidden(revoked, newer))


def test_making_keys_again_makes_none(tmp_path: Path, terms: Terms) -> None:
    again = make_keys(terms, FileKeyring(tmp_path / "hub"), ("a", "b"), node="hub", now=NOW, life=DAY)
    assert again == terms
    assert len(terms.keys) == 2 * (4 + 4 + 1)


# --- what follows ---------------------------------------------------------------------------------------------


def test_hosting_and_addresses(tmp_path: Path, terms: Terms, operator: Ed25519PrivateKey) -> None:
    agreement = Agreement.load(written(tmp_path, terms, operator), public_text(operator))
    assert agreement.hosted_by("hub") == ("a", "b")
    assert agreement.hosted_by("field", "assistance") == ("c",)
    assert agreement.hosts("field", "c")
    assert not agreement.hosts("field", "c", "intake")
    assert not agreement.hosts("hub", "nobody")
    assert agreement.address("c", "assistance").address == "127.0.0.1:5200"
    assert agreement.address("a", "intake").client_id == "hub-intake"
    refused(UNKNOWN_PEER.code, lambda: agreement.address("c", "intake"))
    assert agreement.client("hub-front").service == "front"
    refused(UNKNOWN_PEER.code, lambda: agreement.client("hub-mail"))


def test_topics_and_who_reads_them(terms: Terms) -> None:
    assert len(terms.topics()) == 9
    assert "concord.intake.c.v1" not in terms.topics()
    assert terms.topics_for("field", "assistance", ALL) == ("concord.assistance.a.v1", "concord.assistance.c.v1")
    assert "concord.assistance.c.v1" in terms.topics_for("hub", "reporting", ALL)
    assert "concord.assistance.c.v1" not in terms.topics_for("hub", "assistance", ALL)
    assert terms.topics_for("hub", "intake", ("intake",)) == ("concord.intake.a.v1", "concord.intake.b.v1")


def test_permissions_are_exactly_what_the_terms_say(terms: Terms) -> None:
    acls = set(terms.acls())
    field = {acl for acl in acls if acl.principal == "field-assistance"}
    assert field == {
        Acl("field-assistance", "topic", "concord.assistance.c.v1", False, "write"),
        Acl("field-assistance", "topic", "concord.assistance.c.v1", False, "read"),
        Acl("field-assistance", "topic", "concord.assistance.a.v1", False, "read"),
        Acl("field-assistance", "group", "concord.field.assistance.", True, "read"),
    }
    writers = {acl.name: acl.principal for acl in acls if acl.operation == "write"}
    assert writers["concord.assistance.c.v1"] == "field-assistance"
    assert writers["concord.intake.a.v1"] == "hub-intake"
    assert not {acl for acl in acls if acl.principal == "hub-front"}
    assert len([acl for acl in acls if acl.operation == "write"]) == len(terms.topics())


def test_one_who_left_is_hosted_nowhere_and_its_facts_can_still_be_read(terms: Terms) -> None:
    a, b, c = terms.agencies
    gone = replace(terms, version=4, agencies=(a, b, replace(c, left_at=NOW)))
    assert problems(gone, NOW) == []
    assert gone.hosted_by("field") == ()
    assert [agency.slug for agency in gone.members] == ["a", "b"]
    refused(UNKNOWN_PEER.code, lambda: gone.address("c", "assistance"))
    assert "field-assistance" not in gone.clients
    assert not {acl for acl in gone.acls() if acl.principal == "field-assistance"}
    assert gone.topics() == terms.topics()
    assert "concord.assistance.c.v1" in gone.topics_for("hub", "reporting", ALL)
    assert not gone.flow_allows("a", "c", "assistance", "referral", NOW)
    assert not gone.flow_allows("c", "c", "assistance", "referral", NOW)


def test_one_who_left_a_shared_node_leaves_the_others_their_clients(terms: Terms) -> None:
    a, b, c = terms.agencies
    gone = replace(terms, agencies=(replace(a, left_at=NOW), b, c))
    assert "hub-intake" in gone.clients
    permissions = {(acl.operation, acl.name) for acl in gone.acls() if acl.principal == "hub-intake"}
    assert ("write", "concord.intake.a.v1") not in permissions
    assert ("read", "concord.intake.a.v1") in permissions
    assert ("write", "concord.intake.b.v1") in permissions


def test_an_agency_is_never_dropped_and_the_operator_does_not_leave(terms: Terms) -> None:
    a, b, c = terms.agencies
    newer = replace(terms, version=4)
    assert any("dropped" in found for found in changes_forbidden(terms, replace(newer, agencies=(a, b))))
    operator_gone = replace(newer, agencies=(a, replace(b, left_at=NOW), c))
    assert any("operator" in found for found in problems(operator_gone, NOW))
    assert parse(dump(operator_gone)) == operator_gone


def test_flows_have_a_beginning_and_an_end(terms: Terms) -> None:
    assert terms.flow_allows("a", "c", "assistance", "referral", NOW)
    assert not terms.flow_allows("c", "a", "assistance", "referral", NOW)
    assert not terms.flow_allows("a", "c", "assistance", "statistics", NOW)
    assert not terms.flow_allows("a", "c", "screening", "referral", NOW)
    assert not terms.flow_allows("a", "c", "assistance", "referral", NOW + DAY)
    assert not terms.flow_allows("a", "c", "assistance", "referral", NOW - 2 * DAY)
    assert terms.flow_allows("a", "a", "intake", "referral", NOW)
    assert not terms.flow_allows("a", "a", "intake", "curiosity", NOW)
    assert not terms.flow_allows("nobody", "nobody", "intake", "referral", NOW)


def test_keys_end_and_are_revoked(terms: Terms) -> None:
    key = terms.sealing_key("c", "assistance", NOW)
    assert key.use == "sealing"
    refused(UNKNOWN_KEY.code, lambda: terms.sealing_key("c", "assistance", NOW + timedelta(days=400)))
    revoked = replace(key, revoked_at=NOW - DAY / 2)
    assert revoked.valid(NOW - DAY * 3 / 4)
    assert not revoked.valid(NOW)
    only = replace(terms, keys=tuple(revoked if k is key else k for k in terms.keys))
    refused(UNKNOWN_KEY.code, lambda: only.sealing_key("c", "assistance", NOW))


# --- the command ----------------------------------------------------------------------------------------------


@pytest.fixture
def current(tmp_path: Path) -> Terms:
    made = replace(draft(), flows=())
    now = datetime.now(UTC)
    for node in ("hub", "field"):
        keyring = FileKeyring(tmp_path / "keys" / node)
        made = make_keys(made, keyring, made.hosted_by(node), node=node, now=now, life=timedelta(days=2))
    return made


def test_the_command_checks_signs_and_shows_differences(tmp_path: Path, current: Terms) -> None:
    run = CliRunner()
    key = make_operator_key(tmp_path / "operator.pem")
    old, new = tmp_path / "3.yaml", tmp_path / "4.yaml"
    old.write_bytes(dump(current))
    flow = replace(draft().flows[0], not_after=datetime.now(UTC) + DAY)
    new.write_bytes(dump(replace(current, version=4, flows=(flow,))))
    signed = run.invoke(app, ["sign", str(new), "--key", str(tmp_path / "operator.pem"), "--previous", str(old)])
    assert signed.exit_code == 0, signed.output
    assert public_text(key) in signed.output
    checked = run.invoke(app, ["check", str(new), "--operator-key", public_text(key), "--previous", str(old)])
    assert checked.exit_code == 0, checked.output
    assert "version 4, signed by the operator" in checked.output
    planned = run.invoke(app, ["plan", str(new), "--previous", str(old)])
    assert "add    flow       a to c, assistance, referral" in planned.output
    assert "field-assistance may read topic concord.assistance.a.v1" in planned.output
    assert "2 changes" in planned.output


def test_the_command_refuses_what_does_not_hold(tmp_path: Path, current: Terms) -> None:
    run = CliRunner()
    make_operator_key(tmp_path / "operator.pem")
    path, old = tmp_path / "agreement.yaml", tmp_path / "old.yaml"
    path.write_bytes(dump(replace(current, operator="nobody")))
    refused_sign = run.invoke(app, ["sign", str(path), "--key", str(tmp_path / "operator.pem")])
    assert refused_sign.exit_code == 1
    assert not signature_path(path).exists()
    old.write_bytes(dump(current))
    path.write_bytes(dump(current))
    downgrade = run.invoke(app, ["check", str(path), "--previous", str(old)])
    assert downgrade.exit_code == 1
    pinned = public_text(Ed25519PrivateKey.generate())
    unsigned = run.invoke(app, ["check", str(path), "--operator-key", pinned])
    assert unsigned.exit_code == 1
    strange = run.invoke(app, ["apply", str(path), "--operator-key", pinned, "--target", "nothing=here"])
    assert strange.exit_code != 0
