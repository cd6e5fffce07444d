"""The command line of a service."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from concord_core.config import load_settings
from concord_core.config.load import SettingsError
from concord_core.runtime import roles
from concord_core.runtime.context import Context
from concord_core.runtime.life import live
from concord_core.runtime.service import Service
from concord_core.storage import migrate
from concord_core.telemetry import setup

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
    return live(service.name, _chosen(service, context, options.role))


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
