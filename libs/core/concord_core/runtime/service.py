"""What a service says of itself: its settings, its policy, and how its parts are put together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from concord_core.config import ServiceSettings
from concord_core.events import Subscription
from concord_core.identity import PolicyTable, Routes
from concord_core.rpc import RpcService
from concord_core.runtime.context import Context


@dataclass(frozen=True)
class Job:
    """Work that returns by itself, such as a sweep. Runs every `every` in one process at a time, in role `consume`.

    It must bear being run twice, late or not at all for a while.
    """

    name: str
    every: timedelta
    run: Callable[[], None]


@dataclass(frozen=True)
class Parts:
    """What a built service consists of."""

    routers: Sequence[Routes] = ()
    rpc: Sequence[RpcService[Any]] = ()
    subscriptions: Sequence[Subscription] = ()
    jobs: Sequence[Job] = ()


@dataclass(frozen=True)
class Service:
    """A service: `name` is its short name, `package` its Python package, `staff_prefix` the path of its staff pages."""

    name: str
    package: str
    settings: type[ServiceSettings]
    policy: Callable[[], PolicyTable]
    build: Callable[[Context], Parts]
    staff_prefix: str
