"""One child process that cannot outlive the stack.

Each child leads a process group of its own, so that a Ctrl-C in the terminal reaches the stack runner only,
which then stops its children in order; and it carries the parent-death signal of Linux, so that it also ends
when the runner is killed with no time to say goodbye. Output goes to a log file that is kept.
"""

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_STOP_SECONDS = 15.0
_POLL_SECONDS = 0.05


class StartError(Exception):
    """A part of the stack did not start; the text names the part, the reason and the log to read."""


@dataclass(frozen=True)
class Command:
    """What to run. `user` is a plain user's name for a program that refuses to run as root; `sockets` are numbers of
    open ones that it is given."""

    name: str
    argv: Sequence[str]
    log: Path
    env: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    sockets: tuple[int, ...] = ()


class Child:
    """A running command. Start it from a thread that lives as long as the stack: the kernel sends the
    parent-death signal when the *thread* that started the child ends."""

    def __init__(self, command: Command, process: "subprocess.Popen[bytes]") -> None:
        self.command = command
        self._process = process

    @classmethod
    def start(cls, command: Command) -> "Child":
        command.log.parent.mkdir(parents=True, exist_ok=True)
        account = pwd.getpwnam(command.user) if command.user else None
        with command.log.open("ab") as log:
            process = subprocess.Popen(
                list(command.argv),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **command.env},
                cwd="/" if account else None,
                process_group=0,
                pass_fds=command.sockets,
                user=account.pw_uid if account else None,
                group=account.pw_gid if account else None,
                extra_groups=[] if account else None,
                # Between fork and exec only prctl is called, which takes no lock another thread could hold.
                preexec_fn=_die_with_parent(command.stop_signal, os.getpid()),  # noqa: PLW1509
            )
        return cls(command, process)

    @property
    def pid(self) -> int:
        return self._process.pid

    def exit_code(self) -> int | None:
        """None while it runs; negative: the signal that ended it."""
        return self._process.poll()

    def stop(self) -> None:
        """Ask it to stop, then insist; returns when the whole group is gone."""
        self.ask_to_stop()
        self.wait_stopped()

    def ask_to_stop(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(self.command.stop_signal)

    def wait_stopped(self, seconds: float = _STOP_SECONDS) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired):  # it had its time: the group is killed below
            self._process.wait(seconds)
        with contextlib.suppress(ProcessLookupError):  # the usual case: nothing of the group is left
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """What a crash does: for fault tests."""
        os.killpg(self._process.pid, number)

    def wait_ready(self, ready: Callable[[], bool], seconds: float, every: float = _POLL_SECONDS) -> None:
        """Wait until `ready()`; raises `StartError` when the child ends first or time is up."""
        end = time.monotonic() + seconds
        name = self.command.name
        while not ready():
            if (code := self.exit_code()) is not None:
                raise StartError(f"{name} ended with code {code} while starting: {self._tail()}")
            if time.monotonic() > end:
                raise StartError(f"{name} was not ready after {seconds:.0f} s: {self._tail()}")
            time.sleep(every)

    def wait_done(self, seconds: float) -> None:
        """Wait until it has ended with code 0; raises `StartError` otherwise."""
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise StartError(f"{self.command.name} did not end after {seconds:.0f} s: {self._tail()}") from None
        if code != 0:
            raise StartError(f"{self.command.name} ended with code {code}: {self._tail()}")

    def _tail(self) -> str:
        lines = self.command.log.read_text(errors="replace").splitlines()[-15:]
        return "\n".join([f"see {self.command.log}", *lines])


def _die_with_parent(number: signal.Signals, parent: int) -> Callable[[], None] | None:
    if not sys.platform.startswith("linux"):
        return None  # elsewhere the runner's own handlers are what stops the children
    libc = ctypes.CDLL(None)

    def in_child() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != parent:  # the parent died between fork and prctl
            os._exit(1)

    return in_child
