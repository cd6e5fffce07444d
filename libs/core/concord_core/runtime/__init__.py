"""Turns a service's parts into processes: `python -m <package> {serve|relay|consume|migrate|all} --config FILE`."""

from concord_core.runtime.context import Context
from concord_core.runtime.main import run
from concord_core.runtime.service import Job, Parts, Service
from concord_core.runtime.turns import in_turn

__all__ = ["Context", "Job", "Parts", "Service", "in_turn", "run"]
