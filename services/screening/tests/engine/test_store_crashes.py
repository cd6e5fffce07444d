"""The folder when the process ends, the power fails, the disk is full, or others change it at the same time."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from concord_screening.engine.commands import Index, shipped_model
from concord_screening.engine.domain import Change, Name, Query, Subject
from concord_screening.engine.listing import Builder
from concord_screening.engine.store import Store
from services.screening.tests.engine.people import MARKER, SPECIAL, crowd, listed

PERSON = Subject("marked", (Name(f"Otokar {MARKER}"),), ("1971-06-05",))


def test_a_person_withdrawn_while_a_merge_runs_is_not_found_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Store(tmp_path)
    folder.apply(listed([*crowd(30), PERSON]))
    folder.compact()
    real, left = os.fsync, ["marked"]

    def meanwhile(file: int) -> None:
        if left:  # the merged segment is being written
            folder.apply([Change.remove(left.pop())])
        real(file)

    monkeypatch.setattr(os, "fsync", meanwhile)
    folder.merge()
    assert len(folder) == 30
    folder.close()
    again = Store(tmp_path)
    assert len(again) == 30
    again.close()


class _EndError(Exception):
    """The process ends here."""


def _ending(name: str, calls: int) -> Callable[..., Any]:
    real = getattr(os, name)
    left = [calls]

    def act(*arguments: Any, **options: Any) -> Any:
        if left[0] == 0:
            raise _EndError
        left[0] -= 1
        return real(*arguments, **options)

    return act


@pytest.mark.parametrize("where", ["replace", "fsync"])
@pytest.mark.parametrize("calls", range(12))
def test_a_crash_at_any_point_loses_nobody_and_finds_nobody_withdrawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str, calls: int
) -> None:
    people = crowd(20)
    before = tmp_path / "before"
    folder = Store(before)
    folder.apply(listed([*people, PERSON]))
    folder.compact()
    folder.apply([Change.remove("marked")])
    folder.close()
    work = tmp_path / "work"
    shutil.copytree(before, work)
    crashing = Store(work)
    with monkeypatch.context() as patch:
        patch.setattr(os, where, _ending(where, calls))
        with contextlib.suppress(_EndError):
            crashing.rewrite()
    crashing.close()
    after = Store(work)
    ids = {
        subject_id
        for one in after.segments()
        for subject_id, alive in zip(one.listing.subject_ids(), one.alive, strict=True)
        if alive
    }
    assert ids == {subject.subject_id for subject in people}
    after.close()


@pytest.mark.parametrize("step", ["merge", "compact", "load"])
@pytest.mark.parametrize("where", ["replace", "fsync"])
@pytest.mark.parametrize("calls", range(14))
def test_a_crash_while_segments_are_put_together_loses_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, where: str, calls: int
) -> None:
    """Also one while the whole list is replaced: then either list is there, whole."""
    people = crowd(24)
    folder = Store(tmp_path, live_most=5)
    for start in range(0, 24, 8):
        folder.apply(listed(people[start : start + 8]))
    folder.apply([*listed([PERSON]), Change.remove(people[0].subject_id)])
    folder.apply([Change.remove("marked")])
    new = Builder()
    new.add(SPECIAL[0])
    steps: dict[str, Callable[[], None]] = {
        "merge": folder.merge,
        "compact": folder.compact,
        "load": lambda: folder.load(new),
    }
    with monkeypatch.context() as patch:
        patch.setattr(os, where, _ending(where, calls))
        with contextlib.suppress(_EndError):
            steps[step]()
    folder.close()
    after = Store(tmp_path)
    ids = {
        subject_id
        for one in after.segments()
        for subject_id, alive in zip(one.listing.subject_ids(), one.alive, strict=True)
        if alive
    }
    old = {subject.subject_id for subject in people[1:]}
    assert ids == old or (step == "load" and ids == {"ar"})
    after.close()


def test_merges_in_the_background_lose_nobody_while_others_change_rewrite_and_ask(tmp_path: Path) -> None:
    index = Index(Store(tmp_path, live_most=3), shipped_model(), None, background=True)
    people = crowd(160)

    def list_and_withdraw(own: list[Subject]) -> None:
        for at in range(0, len(own), 4):
            index.apply(listed(own[at : at + 4]))
            index.apply([Change.remove(own[at].subject_id)])

    def ask() -> None:
        for _ in range(30):
            candidates = index.query(Query.of("Amina Haddad", "1970-01-01")).candidates
            assert len(set(candidates)) == len(candidates)

    def rewrite() -> None:
        for _ in range(6):
            index.rewrite()

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(list_and_withdraw, people[:80]), pool.submit(list_and_withdraw, people[80:]),
                     pool.submit(ask), pool.submit(rewrite)]:  # fmt: skip
            done.result()
    index.close()
    again = Store(tmp_path)
    ids = [
        subject_id
        for one in again.segments()
        for subject_id, alive in zip(one.listing.subject_ids(), one.alive, strict=True)
        if alive
    ]
    assert sorted(ids) == sorted(subject.subject_id for at, subject in enumerate(people) if at % 4)
    again.close()


def _ids(store: Store) -> list[str]:
    """The living people of all segments, in order."""
    return sorted(
        subject_id
        for one in store.segments()
        for subject_id, alive in zip(one.listing.subject_ids(), one.alive, strict=True)
        if alive
    )


def test_a_journal_that_cannot_be_emptied_makes_nobody_twice(tmp_path: Path) -> None:
    store = Store(tmp_path)
    people = crowd(5)
    store.apply(listed(people))
    (tmp_path / "journal.new").mkdir()  # in its way
    with pytest.raises(OSError, match="journal"):
        store.rewrite()
    assert len(store) == len(_ids(store)) == 5
    store.apply([Change.remove(people[0].subject_id)])
    (tmp_path / "journal.new").rmdir()
    store.close()
    again = Store(tmp_path)
    assert _ids(again) == sorted(one.subject_id for one in people[1:])
    again.close()


def test_a_long_batch_that_ends_half_way_changes_nothing_also_when_a_merge_ends_within(tmp_path: Path) -> None:
    people = crowd(12)
    store = Store(tmp_path, live_most=3)
    store.apply(listed(people[:6]))
    store.apply(listed(people[6:]))
    merging = threading.Thread(target=store.merge)

    class Ending(list[Change]):
        """Changes of which the process sees four."""

        def __iter__(self) -> Iterator[Change]:
            yield from self[:4]
            merging.start()
            merging.join(0.5)  # it writes down who is withdrawn, if nothing holds it up
            shutil.copytree(tmp_path, tmp_path.with_name("as-the-power-failed"))
            raise _EndError

    with contextlib.suppress(_EndError):
        store.apply(Ending(listed(people)))
    merging.join()
    assert _ids(store) == sorted(one.subject_id for one in people)
    store.close()
    for folder in (tmp_path, tmp_path.with_name("as-the-power-failed")):
        again = Store(folder)
        assert _ids(again) == sorted(one.subject_id for one in people)
        again.close()


def test_a_merge_is_waited_for_only_when_it_has_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = Index(Store(tmp_path, live_most=3), shipped_model(), None, background=True)
    real = threading.Thread.start

    def start(thread: threading.Thread) -> None:
        index._settle()  # another thread wants to close the list just now
        real(thread)

    monkeypatch.setattr(threading.Thread, "start", start)
    for at in range(0, 40, 4):
        index.apply(listed(crowd(40)[at : at + 4]))
    index.close()


def test_a_merge_that_fails_is_logged_without_a_name_and_leaves_the_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    index = Index(Store(tmp_path, live_most=3), shipped_model(), None, background=True)

    real = os.open

    def full(path: Any, *arguments: Any, **options: Any) -> int:
        if threading.current_thread().name == "segment-merge":
            raise OSError(errno.ENOSPC, "No space left on device", MARKER)
        return real(path, *arguments, **options)

    monkeypatch.setattr(os, "open", full)
    for at in range(0, 40, 4):
        index.apply(listed(crowd(40)[at : at + 4]))
    index._settle()
    assert len(index) == 40
    index.close()
    assert {record.getMessage() for record in caplog.records} == {"segments could not be put together"}
    assert MARKER not in caplog.text


def test_what_was_renamed_is_kept_when_the_power_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the last rename or removal of each step the folder itself is written to the disk."""
    steps: list[str] = []
    real_sync, real_replace, real_unlink = os.fsync, os.replace, os.unlink

    def fsync(file: int) -> None:
        steps.append("folder" if stat.S_ISDIR(os.fstat(file).st_mode) else "file")
        real_sync(file)

    def replace(*arguments: Any, **options: Any) -> None:
        steps.append("rename")
        real_replace(*arguments, **options)

    def unlink(*arguments: Any, **options: Any) -> None:
        steps.append("unlink")
        real_unlink(*arguments, **options)

    store = Store(tmp_path, live_most=5)
    for name, act in (("fsync", fsync), ("replace", replace), ("unlink", unlink)):
        monkeypatch.setattr(os, name, act)
    changes: list[Callable[[], None]] = [
        lambda: store.apply(listed(SPECIAL)),  # makes the journal
        lambda: store.apply(listed(crowd(8))),
        lambda: store.apply([Change.remove("ar"), Change.remove("s1")]),
        store.rewrite,
        store.compact,
    ]
    for change in changes:
        steps.clear()
        change()
        last = max((at for at, step in enumerate(steps) if step in ("rename", "unlink")), default=-1)
        assert "folder" in steps[max(last, 0) :] or steps == ["file"]
    store.close()
