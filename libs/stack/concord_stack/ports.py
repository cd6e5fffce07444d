"""Free TCP ports on loopback."""

import secrets
import socket

HOST = "127.0.0.1"
# Below the range from which systems take the near end of outgoing connections: a port found free there could
# be taken by any connection made before its server starts.
_FIRST, _LAST = 20000, 32000


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on, all different. Another stack may still take one before it is used: what starts
    on it then fails with a clear message, and a second try gets other ports."""
    found: set[int] = set()
    while len(found) < count:
        port = _FIRST + secrets.randbelow(_LAST - _FIRST)
        if is_free(port):
            found.add(port)
    return list(found)


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
