"""The command line of a service and the life of its process.

All roles of a process run in threads. When one ends by an error the process ends with code 1, so that its supervisor
starts it again; SIGTERM and SIGINT end it with code 0 after what is in progress.
"""

import argparse
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from concord_core.config import load_settings
from concord_core.config.load import SettingsError
from concord_core.runtime import roles
from concord_core.runtime.context import Context
from concord_core.runtime.service import Service
from concord_core.storage import migrate
from concord_core.telemetry import logger, setup
from concord_core.telemetry.places import place_of

_ROLES = ("serve", "relay", "consume", "migrate", "all")


def run(service: Service, arguments: Sequence[str] | None = None) -> int:
    """Runs one role of the service until it is told to stop; returns the exit code.

    Codes: 0 stopped as told, 1 a role failed, 2 settings that cannot be used.
    """
    parser = argparse.ArgumentParser(prog=f"python -m {service.package}")
    parser.add_argument("role", choices=_ROLES)
    parser.add_argument("--config", type=Path, required=True, help="settings of this service (TOML)")
    options = parser.parse_args(arguments)
    try:
        settings = load_settings(service.settings, options.config, prefix=f"CONCORD_{service.name.upper()}_")
    except SettingsError as error:
        sys.stderr.write(f"{service.package}: {error}\n")
        return 2
    setup(service.name, settings.node, settings.telemetry.otlp_endpoint)
    if options.role in ("migrate", "all"):
        migrate(settings.database, service.package)
    if options.role == "migrate":
        return 0
    context = Context(service.name, settings, service.policy(), service.staff_prefix)
    return _run_roles(service, _chosen(service, context, options.role))


def _chosen(service: Service, context: Context, role: str) -> dict[str, roles.Role]:
    parts = service.build(context)
    chosen: dict[str, roles.Role] = {}
    if role in ("serve", "all"):
        chosen["http"] = roles.http(service, context, parts)
        if context.settings.rpc and parts.rpc:
            chosen["rpc"] = roles.rpc(context, parts)
    if role in ("relay", "all") and context.settings.event_log:
        chosen["relay"] = roles.relay(service, context)
    if role in ("consume", "all"):
        for subscription in parts.subscriptions:
            chosen[f"consume.{subscription.consumer}"] = roles.consumer(service, context, subscription)
        if parts.jobs:
            chosen["jobs"] = roles.jobs(service.name, context.consume_db, parts.jobs)
    return chosen


def _run_roles(service: Service, chosen: dict[str, roles.Role]) -> int:
    stop, failed = threading.Event(), threading.Event()
    log = logger(f"concord.{service.name}")

    def told(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, told)
    signal.signal(signal.SIGINT, told)

    def guarded(name: str, role: roles.Role) -> None:
        try:
            role(stop)
        except Exception as error:  # whatever ends a role ends the process, with a code that says so
            log.error("a role ended by an error", role=name, error=type(error).__name__, location=place_of(error))
            failed.set()
        finally:
            stop.set()

    threads = [threading.Thread(target=guarded, args=item, name=item[0]) for item in chosen.items()]
    for thread in threads:
        thread.start()
    log.info("started", role=",".join(chosen))
    while not stop.wait(1):
        pass
    for thread in threads:
        thread.join()
    return 1 if failed.is_set() else 0
