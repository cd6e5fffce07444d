"""Keeps the indexes of a serving process fresh and free of what was withdrawn, from its start, whether asked or not."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta

from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError

from concord_core.errors import ConcordError
from concord_core.telemetry import failure, logger
from concord_screening.checks.shelf import Shelf

EVERY_SECONDS = 60.0


def keep(shelf: Shelf, erased_within: timedelta, stop: threading.Event) -> None:
    """Warms the engine, then tidies until `stop`.

    A register that does not answer is tried again; the shelf drops what got too old.
    """
    log = logger("concord.screening.index")
    shelf.warm()
    while not stop.is_set():
        try:
            shelf.tidy(erased_within)
        except (SQLAlchemyError, ConcordError, OSError) as error:
            log.error("an index could not be brought up to date", **failure(error))
        stop.wait(EVERY_SECONDS)


def lifespan(shelf: Shelf, erased_within: timedelta) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """The life of a serving app: indexes open in the background when it starts, and close when it ends."""

    @asynccontextmanager
    async def living(_app: FastAPI) -> AsyncIterator[None]:
        stop = threading.Event()
        thread = threading.Thread(target=keep, args=(shelf, erased_within, stop), name="index-keeper", daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(timeout=30)

    return living
