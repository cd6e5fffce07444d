"""How a command that holds a stack is ended: by Ctrl-C or SIGTERM, in order, also while the stack starts."""

import os
import signal
import time
from types import FrameType
from typing import NoReturn

from concord_stack.stack import Stack


def end_on_signals() -> None:
    """From now on the first signal raises KeyboardInterrupt in the main thread; at a second all ends at once."""
    asked: list[int] = []

    def told(number: int, _frame: FrameType | None) -> None:
        if asked:
            os._exit(1)
        asked.append(number)
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, told)


def stay_up(stack: Stack) -> NoReturn:
    """Ends by KeyboardInterrupt, or by `StartError` when a part of the stack cannot be kept running."""
    while True:
        time.sleep(1)
        stack.supervisor.check()
