"""The long-running roles: each is a function that ends soon after `stop` is set, and raises if it cannot go on."""

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import uvicorn
from sqlalchemy import Connection, text

from concord_core.events import Subscription
from concord_core.events.consumer import Consumer
from concord_core.events.relay import Relay
from concord_core.events.waits import Backoff
from concord_core.rpc import RpcServer
from concord_core.runtime.context import Context
from concord_core.runtime.service import Job, Parts, Service
from concord_core.storage import UNREACHABLE, Database, Login
from concord_core.telemetry import failure, logger
from concord_core.web import create_app

Role = Callable[[threading.Event], None]
_GRACE_SECONDS = 10


class _Server(uvicorn.Server):
    """Signals belong to the process, not to one of its roles."""

    def install_signal_handlers(self) -> None:
        """Installs none."""


def http(service: Service, context: Context, parts: Parts) -> Role:
    """Pages and REST."""

    def ready() -> None:
        with context.app_db.engine.connect() as conn:
            conn.execute(text("select 1"))

    def run(stop: threading.Event) -> None:
        app = create_app(
            service.name,
            settings=context.settings,
            routers=[context.identity.router, *parts.routers],
            policy=context.policy,
            packages=(service.package,),
            staff_prefix=service.staff_prefix,
            ready=ready,
        )
        context.identity.install(app)
        listen = context.settings.http
        config = uvicorn.Config(
            app,
            host=listen.host,
            port=listen.port,
            access_log=False,
            log_config=None,
            server_header=False,
            date_header=True,
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
        server = _Server(config)

        def end() -> None:
            stop.wait()
            server.should_exit = True

        threading.Thread(target=end, daemon=True).start()
        try:
            server.run()
        except SystemExit:  # how it says that it cannot have its port; nobody hears it of a thread
            raise RuntimeError("the HTTP server cannot listen") from None
        if not stop.is_set():
            raise RuntimeError("the HTTP server ended by itself")

    return run


def rpc(context: Context, parts: Parts) -> Role:
    """gRPC."""

    def run(stop: threading.Event) -> None:
        operations = {method: name for service in parts.rpc for method, name in service.operations.items()}
        server = RpcServer(context.settings, context.identity.verifier, context.policy, operations, parts.rpc)
        server.start()
        stop.wait()
        server.stop(_GRACE_SECONDS)

    return run


def relay(service: Service, context: Context) -> Role:
    """Sends what the outbox holds."""

    def run(stop: threading.Event) -> None:
        database = context.database(Login.RELAY)
        Relay(database, context.open_log, context.keys, node=context.settings.node, service=service.name).run(stop)

    return run


def consumer(service: Service, context: Context, subscription: Subscription) -> Role:
    """Applies others' facts."""

    def run(stop: threading.Event) -> None:
        settings = context.settings.event_log
        Consumer(
            subscription,
            context.consume_db,
            context.open_log,
            context.agreement,
            node=context.settings.node,
            service=service.name,
            batch=settings.batch if settings else 500,
        ).run(stop)

    return run


def jobs(service: str, database: Database, due: Sequence[Job]) -> Role:
    """Runs the jobs when they are due. The process that holds the database's advisory lock runs them, others wait.

    A job that fails is logged by its name and the kind of error, and tried again when it is next due. A database that
    does not answer is waited for.
    """
    log = logger(f"concord.{service}.jobs")

    def lead(conn: Connection, stop: threading.Event, backoff: Backoff) -> None:
        taken = False
        while not taken and not stop.is_set():
            taken = bool(conn.scalar(text("select pg_try_advisory_lock(hashtext('concord.jobs'))")))
            conn.rollback()
            stop.wait(0 if taken else 2)
        next_run = {job.name: datetime.now(UTC) for job in due}
        while not stop.is_set():
            conn.execute(text("select 1"))  # the lock lives as long as this connection does
            conn.rollback()
            backoff.reset()
            for job in due:
                if next_run[job.name] <= datetime.now(UTC) and not stop.is_set():
                    next_run[job.name] = datetime.now(UTC) + job.every
                    try:
                        job.run()
                    except Exception as error:  # one job's failure must not stop the others
                        log.error("a job failed and will be run again", job=job.name, **failure(error))
            soonest = min(next_run.values()) - datetime.now(UTC)
            stop.wait(max(0.05, min(soonest, timedelta(seconds=5)).total_seconds()))

    def run(stop: threading.Event) -> None:
        backoff = Backoff()
        while not stop.is_set():
            try:
                with database.engine.connect() as conn:
                    conn.detach()  # closed with its lock when this ends, not given back to the pool with it
                    lead(conn, stop, backoff)
            except UNREACHABLE as error:
                log.warning("jobs interrupted", **failure(error))
                backoff.wait(stop)

    return run
