"""PostgreSQL: one database per service, a transaction with its agency, and what migrations declare."""

from concord_core.storage.database import UNREACHABLE, Database, Login
from concord_core.storage.migrate import migrate
from concord_core.storage.versions import check_version
from concord_core.storage.work import Actor, Work

__all__ = ["UNREACHABLE", "Actor", "Database", "Login", "Work", "check_version", "migrate"]
