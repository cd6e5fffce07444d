"""The life of a service's process.

All its roles run in threads. When one ends by an error the process ends with code 1, so that its supervisor starts it
again; SIGTERM and SIGINT end it with code 0 after what is in progress.
"""

import signal
import threading
from collections.abc import Mapping
from contextlib import suppress
from queue import Empty, SimpleQueue
from types import FrameType

from concord_core.runtime.roles import Role
from concord_core.telemetry import logger
from concord_core.telemetry.places import place_of


def live(service: str, roles: Mapping[str, Role]) -> int:
    """Runs the roles of a service by name; returns the exit code when all have ended. For the main thread only."""
    stop, failed = threading.Event(), threading.Event()
    ended: SimpleQueue[None] = SimpleQueue()
    log = logger(f"concord.{service}")

    def told(_number: int, _frame: FrameType | None) -> None:
        # An event would not do: setting it takes the lock that the main thread, interrupted here, may hold in its wait.
        ended.put(None)

    signal.signal(signal.SIGTERM, told)
    signal.signal(signal.SIGINT, told)

    def guarded(name: str, role: Role) -> None:
        try:
            role(stop)
        except Exception as error:  # whatever ends a role ends the process, with a code that says so
            log.error("a role ended by an error", role=name, error=type(error).__name__, location=place_of(error))
            failed.set()
        finally:
            ended.put(None)

    threads = [threading.Thread(target=guarded, args=item, name=item[0]) for item in roles.items()]
    for thread in threads:
        thread.start()
    log.info("started", role=",".join(roles))
    while not stop.is_set():
        with suppress(Empty):
            ended.get(timeout=1)  # a signal that comes just before the wait does not end it
            stop.set()
    for thread in threads:
        thread.join()
    return 1 if failed.is_set() else 0
