"""A process ends when it is told to, whatever it was just doing, and with a code that says why."""

import signal
import subprocess
import sys

SECONDS = 300
"""Until a process that should have ended is taken for one that never will."""

_ENDED_OFTEN = """
import os, random, signal, subprocess, sys, time
from concord_core.runtime.life import live

SENDER = '''
import os, random, signal, sys, time
while os.getppid() == int(sys.argv[1]):
    time.sleep(random.random() * 2e-3)
    os.kill(int(sys.argv[1]), signal.SIGTERM)
'''
signal.signal(signal.SIGTERM, lambda *_: None)
sender = subprocess.Popen([sys.executable, "-c", SENDER, str(os.getpid())])
for _ in range(4_000):
    assert live("tried", {"waits": lambda stop: stop.wait()}) == 0
signal.signal(signal.SIGTERM, lambda *_: None)
sender.kill()
print("ended every time")
"""
_LIVES = """
from concord_core.runtime.life import live

def serves(stop):
    print("serves", flush=True)
    stop.wait()

def breaks(stop):
    raise ValueError("a name")

raise SystemExit(live("tried", {roles}))
"""


def program(text: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", text], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1
    )


def test_a_signal_ends_it_at_whatever_moment_it_comes() -> None:
    process = program(_ENDED_OFTEN)
    try:
        said, problems = process.communicate(timeout=SECONDS)
    finally:
        process.kill()
    assert said == "ended every time\n", problems[-2000:]


def test_told_to_end_it_ends_with_code_0() -> None:
    process = program(_LIVES.format(roles='{"serves": serves}'))
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "serves\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(SECONDS) == 0
    finally:
        process.kill()


def test_a_role_that_breaks_ends_the_others_and_the_code_says_so() -> None:
    process = program(_LIVES.format(roles='{"serves": serves, "breaks": breaks}'))
    try:
        _, problems = process.communicate(timeout=SECONDS)
    finally:
        process.kill()
    assert process.returncode == 1
    assert '"role": "breaks"' in problems
    assert "a name" not in problems
