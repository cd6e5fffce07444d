"""Runs an app on a free port of loopback in a thread, for tests that need a real address."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp


def served(app: ASGIApp) -> contextlib.AbstractContextManager[str]:
    """Serves on a free port; see `served_at`."""
    return served_at(app, 0)


@contextlib.contextmanager
def served_at(app: ASGIApp, port: int) -> Iterator[str]:
    """Yields the origin (`http://127.0.0.1:PORT`); the server has stopped when the block ends."""
    with bound(port) as listener, served_on(app, listener) as origin:
        yield origin


def bound(port: int) -> socket.socket:
    """A socket at a port of loopback."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    return listener


@contextlib.contextmanager
def served_on(app: ASGIApp, held: socket.socket) -> Iterator[str]:
    """Like `served_at`, on a socket that is bound already. It stays bound, and nothing listens when the block ends."""
    # Else whoever listens on it next would be refused it for as long as connections of this server linger.
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener = held.dup()  # the server closes the one it is given
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    try:
        while not server.started:
            if time.monotonic() > deadline or not thread.is_alive():
                raise TimeoutError("the server did not start")
            time.sleep(0.01)
        yield f"http://127.0.0.1:{held.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=20)
        with contextlib.suppress(OSError):  # it never listened
            held.shutdown(socket.SHUT_RDWR)  # or who comes now would wait for an answer
