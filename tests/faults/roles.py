"""The roles that fault tests kill, each the main function of a process of its own.

`serve` is a service small enough to see through: an act changes an aggregate and emits a fact in one transaction, and
is acknowledged by HTTP; an act that comes again is acknowledged again and has no second effect. `relay` and `consume`
are the real ones. A role may be told to stop dead at one moment: it reports that it got there and waits to be killed.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.synchronize import Event
from typing import Any

from sqlalchemy import text

from concord.intake.v1.events_pb2 import CaseClosed
from concord_core.events.consumer import Consumer
from concord_core.events.relay import Relay
from concord_core.events.waits import Hold
from concord_core.storage import Database, Login
from concord_core.vault import FileKeyring
from tests.support import sites
from tests.support.counting.service import ACTOR, subscription


@dataclass(frozen=True, kw_only=True)
class Site(sites.Site):
    """A site with acts of one agency, taken at a port."""

    agency: str
    port: int


def held_at(moment: str, reached: Event) -> Hold:
    """Stops dead at the first such moment."""

    def hold(here: str) -> None:
        if here == moment:
            reached.set()
            signal.pause()

    return hold


class DoneBeforeError(Exception):
    """The act has had its effect; this transaction must have none."""


def act(database: Database, agency: str, key: str, act_id: str) -> None:
    """Raises an aggregate's version by one and emits it, unless this act was done before."""
    with database.work(agency, actor=ACTOR) as work:
        version = work.conn.execute(
            text(
                "insert into aggregates (key, version) values (:key, 1)"
                " on conflict (key) do update set version = aggregates.version + 1 returning version"
            ),
            {"key": key},
        ).scalar_one()
        done = work.conn.execute(
            text("insert into acts (id, key, version) values (:id, :key, :version) on conflict do nothing returning 1"),
            {"id": act_id, "key": key, "version": version},
        ).scalar()
        if done is None:
            raise DoneBeforeError
        work.emit("intake", key, version, CaseClosed(reason="resolved"))


class _Acts(BaseHTTPRequestHandler):
    def __init__(self, perform: Callable[[str, str], None], *args: Any) -> None:
        self._perform = perform
        super().__init__(*args)

    def do_POST(self) -> None:
        _, key, act_id = self.path.split("/")
        try:
            with suppress(DoneBeforeError):
                self._perform(key, act_id)
            self.send_response(204)
        except Exception:  # the database is being killed, too: the client asks again
            self.send_response(503)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


def serve(site: Site, hold: Hold) -> None:
    database = Database(site.database, Login.APP)
    handler = partial(_Acts, lambda key, act_id: act(database, site.agency, key, act_id))
    ThreadingHTTPServer.allow_reuse_address = True
    ThreadingHTTPServer(("127.0.0.1", site.port), handler).serve_forever()


def relay(site: Site, hold: Hold) -> None:
    database, keys = Database(site.database, Login.RELAY), FileKeyring(site.keyring)
    Relay(database, site.open_log, keys, node="hub", service="intake", hold=hold).run(threading.Event())


def consume(site: Site, hold: Hold) -> None:
    Consumer(
        subscription("faults"),
        Database(site.database, Login.CONSUME),
        site.open_log,
        site.agreement,
        node="hub",
        service="intake",
        hold=hold,
    ).run(threading.Event())


ROLES: dict[str, Callable[[Site, Hold], None]] = {"serve": serve, "relay": relay, "consume": consume}


def main(name: str, site: Site, moment: str, reached: Event) -> None:
    """Runs one role until it is killed."""
    ROLES[name](site, held_at(moment, reached))
