"""An agency that joins, without any server: what is written when the operator errs, or the machine stops in between."""

from pathlib import Path

import pytest

from concord_core.agreement import SERVICES
from concord_core.agreement.signature import signature_path
from concord_core.identity.admin import joining
from concord_core.identity.admin.settings import Administration, AgreementSection
from concord_stack.exchange import NAMES, make_agreement, plan_node

NEW = joining.NewAgency("UNESCO", "An agency that joins for this test", "joiner.example", "hub")


@pytest.fixture
def operator(tmp_path: Path) -> Administration:
    node = plan_node("hub", tmp_path, (*SERVICES, "front"), dict.fromkeys(NAMES, SERVICES), None)
    signed = make_agreement(tmp_path, [node])
    section = AgreementSection(
        path=signed.path, operator_key=signed.operator_key, signing_key=tmp_path / "operator.pem"
    )
    return Administration(agreement=section, keyrings={"hub": node.keyring})


def files(folder: Path) -> set[Path]:
    return {path.relative_to(folder) for path in folder.rglob("*")}


@pytest.mark.parametrize("stopped", ["agreement.yaml", "agreement.yaml.sig"])
def test_a_try_that_stopped_in_between_leaves_an_agreement_in_force_and_is_repeated(
    operator: Administration, tmp_path: Path, stopped: str
) -> None:
    in_the_way = tmp_path / f".{stopped}.new"
    in_the_way.mkdir()
    with pytest.raises(OSError, match="Is a directory"):
        joining.onboard(operator, "joiner", NEW)
    assert operator.in_force().version == 1
    in_the_way.rmdir()
    assert joining.onboard(operator, "joiner", NEW) == ["agreement: version 2 signed"]
    assert operator.in_force().agency("joiner").domain == "joiner.example"
    assert len(signature_path(operator.agreement.path).read_text().split()) == 1
    assert joining.onboard(operator, "joiner", NEW) == []


@pytest.mark.parametrize(
    ("slug", "domain"), [("../joiner", "joiner.example"), ("Joiner", "joiner.example"), ("joiner", "not a domain")]
)
def test_a_name_that_no_agreement_can_hold_leaves_nothing_behind(
    operator: Administration, tmp_path: Path, slug: str, domain: str
) -> None:
    before = files(tmp_path)
    with pytest.raises(joining.RefusedError, match="should match pattern"):
        joining.onboard(operator, slug, joining.NewAgency("UNESCO", "Joiner", domain, "hub"))
    assert files(tmp_path) == before
    assert operator.in_force().version == 1
