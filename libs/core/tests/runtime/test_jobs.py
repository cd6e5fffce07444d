"""Jobs go on after the database was away, and one process at a time runs them."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import text

from concord_core.runtime.roles import jobs
from concord_core.runtime.service import Job
from concord_core.storage import Database, Login
from tests.support.postgres import Databases

OFTEN = timedelta(milliseconds=50)
SECONDS = 30.0
_CUT = """select count(pg_terminate_backend(pid)) from pg_stat_activity
where datname = current_database() and usename = current_user and pid <> pg_backend_pid()"""


@pytest.fixture
def database(databases: Databases) -> Database:
    return Database(databases.fresh("counting", "tests.support.counting"), Login.CONSUME)


@contextmanager
def running(*roles: Callable[[threading.Event], None]) -> Iterator[list[threading.Thread]]:
    stop = threading.Event()
    threads = [threading.Thread(target=role, args=(stop,)) for role in roles]
    for thread in threads:
        thread.start()
    try:
        yield threads
    finally:
        stop.set()
        for thread in threads:
            thread.join(SECONDS)


def wait_for(done: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not done():
        assert time.monotonic() < end, "not reached in time"
        time.sleep(0.02)


def test_a_cut_connection_is_waited_out(database: Database) -> None:
    runs: list[float] = []
    other = Database(database.settings, Login.CONSUME)
    with running(jobs("counting", database, [Job("tick", OFTEN, lambda: runs.append(time.monotonic()))])) as threads:
        wait_for(lambda: len(runs) > 1)
        for _ in range(3):
            with other.engine.connect() as conn:
                assert conn.scalar(text(_CUT))
            seen = len(runs)
            wait_for(lambda seen=seen: len(runs) > seen + 2)  # type: ignore[misc]  # a default that mypy cannot see
        assert threads[0].is_alive()


def test_one_process_at_a_time_runs_them_and_another_takes_over(database: Database) -> None:
    runs: list[str] = []
    first = jobs("counting", database, [Job("tick", OFTEN, lambda: runs.append("first"))])
    second = jobs(
        "counting", Database(database.settings, Login.CONSUME), [Job("tick", OFTEN, lambda: runs.append("second"))]
    )
    with running(first):
        wait_for(lambda: "first" in runs)
        with running(second):
            wait_for(lambda: runs.count("first") > 10)
            assert "second" not in runs
    with running(second):
        wait_for(lambda: "second" in runs)


def test_a_job_that_fails_stops_no_other_and_is_run_again(database: Database) -> None:
    runs: list[str] = []

    def fails() -> None:
        runs.append("fails")
        raise ValueError

    with running(
        jobs("counting", database, [Job("bad", OFTEN, fails), Job("good", OFTEN, lambda: runs.append("good"))])
    ):
        wait_for(lambda: runs.count("fails") > 2 and runs.count("good") > 2)
