"""Keeps the processes of a stack running, and stops them in the reverse order of their start.

A process that ends with another code than 0 is started again after a pause that doubles; one that keeps
failing is given up with a message that names it. What tests do to a process (kill -9) is just such an end.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from concord_stack.process import Child, Command, StartError

_CHECK_SECONDS = 0.1
_FIRST_PAUSE, _LONGEST_PAUSE = 0.25, 8.0
_CALM_SECONDS = 20.0  # a process that ran this long is healthy: its next failure counts from one again
_GIVE_UP_AFTER = 10


@dataclass
class _Member:
    command: Command
    child: Child
    restart: bool
    failures: int = 0
    started: float = field(default_factory=time.monotonic)
    start_again_at: float | None = None
    given_up: bool = False


class Supervisor:
    """Starts commands from one thread that lives until `stop`: see `Child` for why it must."""

    def __init__(self, tell: Callable[[str], None] = lambda _: None, give_up_after: int = _GIVE_UP_AFTER) -> None:
        """`tell` hears of every restart; a process that fails more often in a row than `give_up_after` is given up."""
        self._give_up_after = give_up_after
        self._tell = tell
        self._members: dict[str, _Member] = {}
        self._lock = threading.RLock()
        self._orders: list[tuple[Command, bool, threading.Event]] = []
        self._errors: dict[str, OSError] = {}
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name="supervisor", daemon=True)
        self._thread.start()

    def start(self, command: Command, *, restart: bool = True) -> Child:
        """Start a command under its name, which is unique in the stack; raises `StartError`."""
        done = threading.Event()
        with self._lock:
            self._orders.append((command, restart, done))
        self._wake.set()
        done.wait()
        if problem := self._errors.pop(command.name, None):
            raise StartError(f"{command.name} cannot be started: {problem}") from problem
        return self.child(command.name)

    def child(self, name: str) -> Child:
        """The process that now runs under a name; after a restart it is another one."""
        with self._lock:
            return self._members[name].child

    @property
    def names(self) -> tuple[str, ...]:
        """In the order of their start."""
        with self._lock:
            return tuple(self._members)

    def check(self) -> None:
        """Raises `StartError` naming those that were given up."""
        with self._lock:
            failed = [member.command for member in self._members.values() if member.given_up]
        if failed:
            raise StartError("; ".join(f"{one.name} cannot be kept running: see {one.log}" for one in failed))

    def stop_one(self, name: str) -> None:
        """Stop a member for good; it can be started again with its command."""
        with self._lock:
            member = self._members.pop(name)
        member.child.stop()

    def stop(self) -> None:
        """Ask everything to stop, last started first, then wait; returns when nothing is left."""
        with self._lock:
            members = list(reversed(self._members.values()))
            self._members = {}
        for member in members:
            member.child.ask_to_stop()
        for member in members:
            member.child.wait_stopped()
        self._stopping.set()
        self._wake.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait(_CHECK_SECONDS)
            self._wake.clear()
            with self._lock:
                self._take_orders()
                for member in self._members.values():
                    self._check(member)

    def _take_orders(self) -> None:
        while self._orders:
            command, restart, done = self._orders.pop(0)
            try:
                self._members[command.name] = _Member(command, Child.start(command), restart)
            except OSError as problem:
                self._errors[command.name] = problem
            done.set()

    def _check(self, member: _Member) -> None:
        now = time.monotonic()
        if member.start_again_at is not None:
            if now >= member.start_again_at:
                member.child = Child.start(member.command)
                member.started, member.start_again_at = now, None
            return
        code = member.child.exit_code()
        if code in (None, 0) or not member.restart or member.given_up:
            return
        member.failures = 1 if now - member.started > _CALM_SECONDS else member.failures + 1
        if member.failures > self._give_up_after:
            member.given_up = True
            self._tell(f"{member.command.name} keeps failing and is given up: see {member.command.log}")
            return
        pause = min(_FIRST_PAUSE * 2 ** (member.failures - 1), _LONGEST_PAUSE)
        member.start_again_at = now + pause
        self._tell(f"{member.command.name} ended with code {code}; starting it again")
