"""Free TCP ports on loopback."""

import itertools
import os
import socket
from functools import cache

HOST = "127.0.0.1"
# Below the range from which systems take the near end of outgoing connections: a port found free there could
# be taken by any connection made before its server starts.
_FIRST, _SHARES, _SHARE = 20000, 100, 120
_turn = itertools.count()


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on, all different.

    A process hands out each port of its own share once before it hands one out again: what has no server yet is not
    given to a second. Processes have shares of their own, so that stacks that start at once do not want the same. What
    starts on a port that was taken meanwhile fails with a clear message, and a second try gets others.
    """
    first = _share(os.getpid()).getsockname()[1] + 1
    found: list[int] = []
    while len(found) < count:
        port = first + next(_turn) % (_SHARE - 1)
        if is_free(port):
            found.append(port)
    return found


def free_port() -> int:
    """One such port."""
    return free_ports(1)[0]


@cache
def _share(process: int) -> socket.socket:
    """A process's share of the ports. Its first port is held as long as the process lives: by it others see that the
    share has an owner."""
    for number in range(_SHARES):
        held = _held(_FIRST + (process + number) % _SHARES * _SHARE)
        if held is not None:
            return held
    raise RuntimeError(f"{_SHARES} processes on this machine have all ports of stacks")


def _held(port: int) -> socket.socket | None:
    """A socket at the port, not listening; None if somebody has it."""
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # also where a server has just ended
    try:
        held.bind((HOST, port))
    except OSError:
        held.close()
        return None
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)  # or another that asks so would have it, too
    return held


def held_port(preferred: int | None) -> socket.socket:
    """A socket at the preferred port if nobody has it, else at any. It does not listen, but until it is closed nobody
    else can have its port: two stacks that start at once would otherwise both find the preferred one free, and one
    of them would go on with the other's gateway."""
    held = _held(preferred or free_port())
    while held is None:
        held = _held(free_port())
    return held


def is_free(port: int) -> bool:
    """Whether a server could listen on the port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def listens(port: int) -> bool:
    """Whether something accepts connections on the port."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((HOST, port)) == 0
