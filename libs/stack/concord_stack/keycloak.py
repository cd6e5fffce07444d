"""A real Keycloak on this machine, started from a distribution that is built once per version and options.

Keycloak fixes its database kind and features in a build step of some twenty seconds; the result is kept in
the cache. So is the empty schema, as a script without any row of a realm: a new database gets it in a second
instead of ten, and every run still makes its own administrator and its own keys.
"""

import hashlib
import os
import secrets
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from concord_stack.artifacts import KEYCLOAK, fetch, locked, pinned
from concord_stack.folders import cache_folder
from concord_stack.java import Heap, java, java_home
from concord_stack.keycloak_schema import KeycloakDatabase, load, save
from concord_stack.ports import HOST, free_ports
from concord_stack.process import Child, Command, StartError
from concord_stack.templates import fill

_HEAP = Heap(512)
_BUILD_SECONDS = 300
_START_SECONDS = 400.0  # ten on an idle machine, more than two hundred seen on a crowded one
_THREADS = "io.quarkus.bootstrap.forkjoin.QuarkusForkJoinWorkerThreadFactory"
_JAVA_OPTIONS = (
    # As bin/kc.sh gives them. It is not used to start because it keeps Java as a child in the background,
    # which would then outlive a killed stack.
    "-XX:MetaspaceSize=96M",
    "-XX:MaxMetaspaceSize=256m",
    "-Dfile.encoding=UTF-8",
    "-Djava.security.egd=file:/dev/urandom",
    "-Djava.util.concurrent.ForkJoinPool.common.threadFactory=" + _THREADS,
    "--add-opens=java.base/java.util=ALL-UNNAMED",
    "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
    "--add-opens=java.base/java.security=ALL-UNNAMED",
    "--add-opens=java.base/java.lang=ALL-UNNAMED",
    "--enable-native-access=ALL-UNNAMED",
    "-Duser.language=en",
    "-Duser.country=US",
    "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
    "-Dpicocli.disable.closures=true",
    "-Dquarkus-log-max-startup-records=10000",
    "-Dkc.config.built=true",
)


@dataclass(frozen=True)
class KeycloakAccess:
    """`origin` without a slash at the end; the administrator of the master realm."""

    origin: str
    user: str
    password: str

    def issuer(self, realm: str) -> str:
        return f"{self.origin}/realms/{realm}"

    def jwks(self, realm: str) -> str:
        return f"{self.issuer(realm)}/protocol/openid-connect/certs"


class Keycloak:
    """One server. Its realms live in the database; it can be stopped and started again on the same ports."""

    def __init__(self, database: KeycloakDatabase, logs: Path, heap: Heap = _HEAP) -> None:
        self._log = logs / "keycloak.log"
        self._database = database
        self._heap = heap
        self._port, self._management = free_ports(2)
        self.access = KeycloakAccess(f"http://{HOST}:{self._port}", "administrator", secrets.token_urlsafe(24))
        self._child: Child | None = None

    @property
    def child(self) -> Child:
        if self._child is None:
            raise StartError("Keycloak is not started")
        return self._child

    def start(self) -> None:
        """Start and wait until it says that it is ready; raises `StartError`."""
        home = distribution()
        script = home.parent / "schema.sql"
        new = self._database.is_empty()
        if new and script.exists():
            load(self._database, script)
        home_options = [f"-Dkc.home.dir={home}", f"-Djboss.server.config.dir={home / 'conf'}"]
        runner = ["-cp", str(home / "lib" / "quarkus-run.jar"), "io.quarkus.bootstrap.runner.QuarkusEntryPoint"]
        argv = [java(), *self._heap.options(), *_JAVA_OPTIONS, *home_options, *runner, *self._server_options()]
        command = Command("Keycloak", argv, self._log, env=self._environment())
        self._child = Child.start(command)
        self._child.wait_ready(self.ready, _START_SECONDS, every=0.25)
        if new and not script.exists():
            save(self._database, script)

    def stop(self) -> None:
        if self._child is not None:
            self._child.stop()

    def ready(self) -> bool:
        """What the server's own readiness address says."""
        try:
            with urlopen(f"http://{HOST}:{self._management}/health/ready", timeout=2) as answer:
                return int(answer.status) == 200
        except (URLError, OSError):
            return False

    def _server_options(self) -> list[str]:
        settings = fill(
            "keycloak/server.conf",
            host=HOST,
            port=self._port,
            management_port=self._management,
            origin=self.access.origin,
        )
        return ["start", "--optimized", *_options(settings)]

    def _environment(self) -> dict[str, str]:
        base = self._database
        return {
            "KC_DB_URL": f"jdbc:postgresql://{base.host}:{base.port}/{base.name}",
            "KC_DB_USERNAME": base.user,
            "KC_DB_PASSWORD": base.password,
            "KC_DB_POOL_MAX_SIZE": "20",
            # A connection cut by a restart of the database would otherwise be found out by somebody's failed sign-in.
            "QUARKUS_DATASOURCE_JDBC_VALIDATE_ON_BORROW": "true",
            "KC_BOOTSTRAP_ADMIN_USERNAME": self.access.user,
            "KC_BOOTSTRAP_ADMIN_PASSWORD": self.access.password,
        }


def distribution() -> Path:
    """The built distribution in the cache; made now if this version with these options is not there yet."""
    key = hashlib.sha256(repr((pinned(KEYCLOAK), _build_options())).encode()).hexdigest()[:12]
    folder = cache_folder("keycloak", f"{pinned(KEYCLOAK)[0].version}-{key}")
    home = folder / f"keycloak-{pinned(KEYCLOAK)[0].version}"
    with locked(folder / ".lock"):
        if not (folder / "built").exists():
            with zipfile.ZipFile(fetch(KEYCLOAK)[0]) as archive:
                archive.extractall(folder)
            _build(home)
            (folder / "built").touch()
    return home


def _build_options() -> tuple[str, ...]:
    return _options(fill("keycloak/build.conf"))


def _options(settings: str) -> tuple[str, ...]:
    """A file of settings as the options of the command line."""
    lines = (line.strip() for line in settings.splitlines())
    return tuple(f"--{line}" for line in lines if line and not line.startswith("#"))


def _build(home: Path) -> None:
    script = home / "bin" / "kc.sh"
    script.chmod(0o700)
    done = subprocess.run(
        [str(script), "build", *_build_options()],
        env={**os.environ, "JAVA_HOME": str(java_home())},
        capture_output=True,
        text=True,
        timeout=_BUILD_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise StartError(f"Keycloak's distribution could not be built: {done.stdout}{done.stderr}")
