"""`concord agreement plan` and `apply` as an operator runs them, on both engines."""

import os
import subprocess
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from concord_core.agreement import SERVICES
from concord_stack.administration import agreement_section, embedded_section, write
from concord_stack.exchange import NAMES, SignedAgreement, make_agreement, plan_node, publish_agreement
from concord_stack.full_administration import kafka_section
from tests.support.engines import EmbeddedEngine, Engine, KafkaEngine

APART = "unfpa"  # the agency that has a node of its own


@dataclass(frozen=True)
class Operator:
    """Somebody with the agreement, its key, and the settings of one event log."""

    folder: Path
    signed: SignedAgreement
    target: str
    environment: dict[str, str]

    def agreement(self, verb: str) -> list[str]:
        """What `concord agreement VERB` says, line by line; it must end well."""
        argv = [sys.executable, "-m", "concord_core.cli", "agreement", verb, str(self.signed.path)]
        argv += ["--operator-key", self.signed.operator_key, "--target", self.target]
        done = subprocess.run(argv, capture_output=True, text=True, env={**os.environ, **self.environment})
        assert done.returncode == 0, done.stderr
        return [" ".join(line.split()) for line in done.stdout.splitlines()]


def _section(engine: Engine, folder: Path) -> dict[str, Any]:
    """The engine's part of the operator's settings; the embedded log gets a database that is not there yet."""
    if isinstance(engine, KafkaEngine):
        return kafka_section(folder, engine.access)
    assert isinstance(engine, EmbeddedEngine)
    return embedded_section(folder, engine.administrator, "concord_log_applied", engine.settings.passwords)


@pytest.fixture
def operator(engine: Engine, tmp_path: Path, without_keycloak: dict[str, str]) -> Operator:
    at_the_hub = {slug: SERVICES for slug in NAMES if slug != APART}
    nodes = (
        plan_node("hub", tmp_path, (*SERVICES, "front"), at_the_hub, None),
        plan_node(APART, tmp_path, ("assistance",), {APART: ("assistance",)}, None),
    )
    signed = make_agreement(tmp_path, nodes)
    sections = agreement_section(signed, nodes) | {engine.name: _section(engine, tmp_path)}
    return Operator(tmp_path, signed, f"{engine.name}={write(tmp_path, sections)}", without_keycloak)


@pytest.fixture
def without_keycloak(tmp_path: Path) -> dict[str, str]:
    """An environment in which Keycloak's package is missing: an event log is brought to the agreement without it."""
    folder = tmp_path / "missing"
    folder.mkdir()
    (folder / "keycloak.py").write_text("raise ModuleNotFoundError(name='keycloak')\n", encoding="utf-8")
    return {"PYTHONPATH": str(folder)}


def _kinds(lines: list[str]) -> set[str]:
    return {" ".join(line.split()[:2]) for line in lines[:-1]}


def test_an_agreement_is_planned_applied_once_and_followed_by_the_next(operator: Operator) -> None:
    topics = operator.signed.agreement.topics()
    planned = operator.agreement("plan")
    assert {f"add topic {topic}" for topic in topics} <= set(planned)
    assert planned[-1] == f"{len(planned) - 1} changes"
    assert operator.agreement("apply") == planned
    assert operator.agreement("apply") == ["nothing to change"]
    assert operator.agreement("plan") == ["nothing to change"]

    terms = operator.signed.agreement
    flows = tuple(flow for flow in terms.flows if flow.receiver != APART)
    fewer = replace(terms, version=2, issued_at=datetime.now(UTC).replace(microsecond=0), flows=flows)
    publish_agreement(operator.folder, fewer)
    planned = operator.agreement("plan")
    assert _kinds(planned) == {"remove acl"}
    assert operator.agreement("apply") == planned
    assert operator.agreement("plan") == ["nothing to change"]
