"""Java archives by Maven coordinates, each checked against its pinned SHA-256.

The lock files beside this module name every file that is ever put on a class path. Nothing is resolved when
Concord runs: what the lock names is fetched once into the cache, compared, and used. Making a new lock
(`python -m concord_stack.artifacts`, after a version moves) is the only time that dependencies are resolved.
"""

import fcntl
import hashlib
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from jgo.maven import MavenContext

from concord_stack.folders import cache_folder
from concord_stack.process import StartError

_TIMEOUT_SECONDS = 60
_LOCKS = Path(__file__).parent / "locks"
KAFKA = "kafka"
KEYCLOAK = "keycloak"
_ROOTS = {
    # slf4j-simple: without a binding Kafka logs nothing at all, and a failed start says nothing.
    KAFKA: ("org.apache.kafka:kafka_2.13:4.3.1", "org.slf4j:slf4j-simple:1.7.36"),
    KEYCLOAK: ("org.keycloak:keycloak-quarkus-dist:26.7.3::zip",),
}


class ArtifactError(StartError):
    """A pinned file could not be fetched, or is not the file that was pinned."""


@dataclass(frozen=True)
class Pinned:
    """One file of a Maven repository: `group:artifact:packaging:version`, and what it must hash to."""

    coordinate: str
    sha256: str

    @property
    def version(self) -> str:
        return self.coordinate.rsplit(":", 1)[1]

    def fetch(self, maven: MavenContext) -> Path:
        """The file in the cache. A file that does not match is fetched once more, then refused."""
        group, name, packaging, version = self.coordinate.split(":")
        artifact = maven.project(group, name).at_version(version).artifact(packaging=packaging)
        for _ in range(2):
            try:
                path = artifact.resolve()
            except (OSError, RuntimeError) as problem:
                raise ArtifactError(f"cannot fetch {self.coordinate}: {problem}") from problem
            if _digest(path) == self.sha256:
                return path
            path.unlink()  # what an interrupted download left behind
        raise ArtifactError(f"{self.coordinate} does not have the SHA-256 that the lock file pins")


def pinned(lock: str) -> tuple[Pinned, ...]:
    """The files that a lock (`KAFKA`, `KEYCLOAK`) names, the first one being what it is for."""
    lines = (_LOCKS / f"{lock}.lock").read_text().splitlines()
    return tuple(Pinned(*line.split()) for line in lines if line and not line.startswith("#"))


def fetch(lock: str, progress: Callable[[str], None] = lambda _: None) -> tuple[Path, ...]:
    """Every file of a lock, from the cache or downloaded now; raises `ArtifactError`."""
    folder = cache_folder("maven")
    maven = MavenContext(repo_cache=folder, timeout=_TIMEOUT_SECONDS)
    with locked(folder / f".{lock}"):
        paths = []
        for item in pinned(lock):
            progress(item.coordinate)
            paths.append(item.fetch(maven))
        return tuple(paths)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock file, so that two stacks starting at once prepare shared things one after the other."""
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def write_lock(lock: str, roots: Sequence[str]) -> None:
    """Resolve what the roots need at run time, download it and pin it."""
    maven = MavenContext(repo_cache=cache_folder("maven"), timeout=_TIMEOUT_SECONDS)
    dependencies = [maven.create_dependency(root) for root in roots]
    artifacts = [dependency.artifact for dependency in dependencies]
    if lock != KEYCLOAK:  # a distribution already holds what it needs
        _, needed = maven.resolver.resolve(dependencies)
        artifacts += [d.artifact for d in needed if d.scope in ("compile", "runtime")]
    lines = [f"# made by python -m concord_stack.artifacts from {' '.join(roots)}"]
    for artifact in artifacts:
        coordinate = f"{artifact.groupId}:{artifact.artifactId}:{artifact.packaging}:{artifact.version}"
        lines.append(f"{coordinate} {_digest(artifact.resolve())}")
    (_LOCKS / f"{lock}.lock").write_text("\n".join(lines) + "\n")


def _digest(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


if __name__ == "__main__":
    for chosen in sys.argv[1:] or _ROOTS:
        write_lock(chosen, _ROOTS[chosen])
