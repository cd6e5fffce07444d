"""Puts the front together: the front door for everybody, and `/work`, the one list of work of all services."""

from __future__ import annotations

from concord_core.runtime import Context, Parts, Service
from concord_front.config import FrontSettings
from concord_front.door import pages as door
from concord_front.policy import policy
from concord_front.work import pages as work
from concord_front.work.client import Services


def build(context: Context) -> Parts:
    """The parts of the front. It talks to services over HTTP only, as the person who looks."""
    settings = context.settings
    if not isinstance(settings, FrontSettings):
        raise TypeError("the front needs its own settings")
    return Parts(routers=[door.router(), work.router(Services(settings.services, settings.patience_seconds))])


SERVICE = Service(
    name="front",
    package="concord_front",
    settings=FrontSettings,
    policy=policy,
    build=build,
    staff_prefix="/work",
)
