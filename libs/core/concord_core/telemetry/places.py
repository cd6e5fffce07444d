"""Where an error came from, in words that hold nothing but our own file names and line numbers."""

import traceback
from pathlib import Path


def place_of(error: BaseException, deepest: int = 4) -> str:
    """The innermost places of the traceback, innermost first: `events/relay.py:88,runtime/roles.py:94`.

    The error's text is left out: it may quote what a person typed or what the database refused.
    """
    frames = traceback.extract_tb(error.__traceback__)[-deepest:]
    places = [f"{'/'.join(Path(frame.filename).parts[-2:])}:{frame.lineno}" for frame in reversed(frames)]
    return ",".join(places)
