"""Keeps the indexes of a serving process fresh and free of what was withdrawn, from its start, whether asked or not."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta

from fastapi import FastAPI

from concord_core.telemetry import failure, logger
from concord_screening.checks.shelf import Shelf

EVERY_SECONDS = 60.0


def keep(shelf: Shelf, erased_within: timedelta, stop: threading.Event) -> None:
    """Warms the engine, then tidies until `stop`, whatever fails: the shelf drops what got too old."""
    log = logger("concord.screening.index")
    try:
        shelf.warm()
    except Exception as error:  # the first to ask waits longer
        log.error("the engine could not be warmed", **failure(error))
    while not stop.is_set():
        try:
            shelf.tidy(erased_within)
        except Exception as error:  # a keeper that ended would leave the withdrawn in the files, and nobody would know
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
