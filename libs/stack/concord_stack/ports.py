"""Free TCP ports on loopback."""

import itertools
import os
import socket

HOST = "127.0.0.1"
# Below the range from which systems take the near end of outgoing connections: a port found free there could
# be taken by any connection made before its server starts.
_FIRST, _SHARES, _SHARE = 20000, 50, 240
_turn = itertools.count()


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on, all different.

    A process hands out each port of its own share once before it hands one out again: what has no server yet is not
    given to a second. Processes have shares of their own, by their number, so that stacks that start at once seldom
    want the same. What starts on a port that was taken meanwhile fails with a clear message, and a second try gets
    others.
    """
    first = _FIRST + os.getpid() % _SHARES * _SHARE
    found: list[int] = []
    while len(found) < count:
        port = first + next(_turn) % _SHARE
        if is_free(port):
            found.append(port)
    return found


def free_port(preferred: int | None = None) -> int:
    """The preferred port if nobody has it, else any."""
    if preferred is not None and is_free(preferred):
        return preferred
    return free_ports(1)[0]


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
