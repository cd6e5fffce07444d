"""The version of a record: +1 with every change, so that nobody overwrites what they have not seen."""

from concord_core.errors.codes import STALE_WRITE


def check_version(seen: int, current: int) -> None:
    """Raises STALE_WRITE, which tells the current version, when somebody else changed the record meanwhile."""
    if seen != current:
        raise STALE_WRITE.error(version=current)
