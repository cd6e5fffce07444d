"""The small parts of a stack: pinned files, ports, certificates, routes, settings, spans."""

import hashlib
import ssl
import subprocess
import sys
import tomllib
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from jgo.maven import MavenContext
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from concord_stack.artifacts import KAFKA, KEYCLOAK, ArtifactError, Pinned, pinned
from concord_stack.certs import make_certificates
from concord_stack.config import toml
from concord_stack.gateway import PREFIXES, Routes
from concord_stack.otlp import OtlpReceiver, tree
from concord_stack.people import people
from concord_stack.ports import free_ports, held_port, is_free, listens

BYTES = b"a jar"


def stored(tmp_path: Path, content: bytes) -> MavenContext:
    """A cache that holds `content` as a:b:1, and no way to fetch anything else."""
    file = tmp_path / "a" / "b" / "1" / "b-1.jar"
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    return MavenContext(repo_cache=tmp_path, remote_repos={})


def test_a_pinned_file_is_taken_from_the_cache(tmp_path: Path) -> None:
    item = Pinned("a:b:jar:1", hashlib.sha256(BYTES).hexdigest())
    assert item.fetch(stored(tmp_path, BYTES)).read_bytes() == BYTES


def test_a_changed_file_is_never_used(tmp_path: Path) -> None:
    item = Pinned("a:b:jar:1", hashlib.sha256(BYTES).hexdigest())
    with pytest.raises(ArtifactError, match="a:b:jar:1"):
        item.fetch(stored(tmp_path, b"another jar"))
    assert not (tmp_path / "a" / "b" / "1" / "b-1.jar").exists()


def test_the_locks_pin_every_file() -> None:
    for lock in (KAFKA, KEYCLOAK):
        assert pinned(lock)
        assert all(len(one.sha256) == 64 and one.coordinate.count(":") == 3 for one in pinned(lock))


def test_free_ports_are_free_and_different() -> None:
    ports = free_ports(20)
    assert len(set(ports)) == 20
    assert all(is_free(port) for port in ports)
    assert not set(ports) & set(free_ports(20))  # nothing listens on them yet, and they are somebody's


def test_processes_have_no_port_in_common() -> None:
    command = [sys.executable, "-c", "from concord_stack.ports import *; print(*free_ports(20)); input()"]
    pipe = subprocess.PIPE
    started = [subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) for _ in range(12)]
    given = [line for one in started if one.stdout for line in one.stdout.readline().split()]
    for one in started:
        one.communicate("\n")
    assert len(given) == len(set(given)) == 240
    assert not {int(port) for port in given} & set(free_ports(20))


def test_a_held_port_is_nobody_elses_until_it_is_let_go() -> None:
    with held_port(None) as first:
        port = first.getsockname()[1]
        assert not is_free(port)
        assert not listens(port)
        with held_port(port) as second:  # as a stack that starts at the same time
            assert second.getsockname()[1] != port
        first.listen()
        assert listens(port)
    assert is_free(port)
    with held_port(port) as again:
        assert again.getsockname()[1] == port


def test_certificates_are_believed_by_who_trusts_the_authority(tmp_path: Path) -> None:
    made = make_certificates(tmp_path, ["hub-intake"])["hub-intake"]
    ssl.create_default_context(cafile=made.authority)
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(made.certificate, made.key)
    leaf, authority = (x509.load_pem_x509_certificate(file.read_bytes()) for file in (made.certificate, made.authority))
    leaf.verify_directly_issued_by(authority)
    assert made.key.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/", "front"),
        ("/work/list", "front"),
        ("/a/step", "intake"),
        ("/about", "front"),
        ("/cases", "intake"),
        ("/api/intake/reports", "intake"),
        ("/api/screening/checks", "screening"),
        ("/help/country", "assistance"),
        ("/data/2024.csv", "reporting"),
    ],
)
def test_an_address_belongs_to_one_service(path: str, service: str) -> None:
    routes = Routes({prefix: name for name, prefixes in PREFIXES.items() for prefix in prefixes})
    assert routes.origin(path) == service


def test_a_node_without_a_front_has_nothing_else() -> None:
    assert Routes({"/assistance": "x"}).origin("/cases") is None


def test_settings_come_back_as_they_were() -> None:
    settings = {"a": 'say "ü"\n', "b": True, "c": {"d": 1, "e-f": {"g": ["h"]}}}
    assert tomllib.loads(toml(settings)) == settings


def test_no_two_people_are_alike_and_pairs_of_acts_need_two() -> None:
    everybody = people()
    assert len({one.user for one in everybody}) == len({one.email for one in everybody}) == len(everybody)
    for one in everybody:
        assert not {"case_officer", "case_approver"} <= set(one.roles.get("intake", ()))
        assert not {"listing_officer", "listing_approver"} <= set(one.roles.get("screening", ()))


def test_spans_are_kept_by_trace_and_shown_as_a_tree() -> None:
    receiver = OtlpReceiver()
    receiver.start()
    request = ExportTraceServiceRequest()
    scope = request.resource_spans.add().scope_spans.add()
    for number, parent in ((1, 0), (2, 1)):
        span = scope.spans.add()
        span.trace_id, span.span_id = bytes(15) + b"\x07", bytes(7) + bytes([number])
        span.parent_span_id = bytes(7) + bytes([parent]) if parent else b""
        span.name, span.start_time_unix_nano, span.end_time_unix_nano = f"step {number}", number * 10**6, 9 * 10**6
    answer = httpx.post(f"{receiver.endpoint}/v1/traces", content=request.SerializeToString(), trust_env=False)
    assert answer.status_code == 200
    assert httpx.post(f"{receiver.endpoint}/v1/traces", content=b"\xff\xff", trust_env=False).status_code == 400
    lines = tree(receiver.spans("0" * 31 + "7"))
    receiver.stop()
    assert len(lines) == 2
    assert "step 1" in lines[0]
    assert lines[1].startswith("  ")
