"""What may appear in a log line, a span or a metric: named keys with short machine-made values, nothing else.

Personal data cannot slip in by a new call: a key that is not on the list is left out (its name is kept, so that
the mistake is seen), and a value that is not a number or a short token of ASCII is replaced.
"""

import re
from collections.abc import Mapping
from typing import TypeAlias

Value: TypeAlias = str | int | float | bool

ALLOWED = frozenset(
    """
    action address agency attempt attempts bytes channel check code consumer count dropped due engine error event_id
    generation group job key_id kind language limit list location method migration node offset operation outcome package
    partition peer pid port purpose reason result role route rpc seconds sequence service signal state status step table
    topic total type version
    """.split()  # noqa: SIM905  # a list of one line per word hides what is on it
)
HIDDEN = "?"
_TOKEN = re.compile(r"[A-Za-z0-9_.:/<>{}\[\],*+-]{0,200}")


def allowed(attributes: Mapping[str, object]) -> dict[str, Value]:
    """The attributes that may leave the process; names of those that may not are listed under `dropped`."""
    kept: dict[str, Value] = {}
    dropped: list[str] = []
    for key, value in attributes.items():
        if key not in ALLOWED:
            dropped.append(key)
        elif isinstance(value, bool | int | float):
            kept[key] = value
        elif value is not None:
            token = str(value)
            kept[key] = token if _TOKEN.fullmatch(token) else HIDDEN
    if dropped:
        kept["dropped"] = ",".join(sorted(dropped))
    return kept
