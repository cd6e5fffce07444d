"""The folder: durable, private, refusing altered files, and free of who was erased."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from concord_screening.engine import segment
from concord_screening.engine.commands import Index, shipped_model
from concord_screening.engine.domain import Change, Name, Query, SegmentError, Subject
from concord_screening.engine.listing import Builder
from concord_screening.engine.store import LIVE_MOST, SEGMENTS_MOST, FolderBusyError, Store
from services.screening.tests.engine.people import MARKER, SPECIAL, crowd, listed

PERSON = Subject("marked", (Name(f"Otokar {MARKER}"),), ("1971-06-05",))


def _found(index: Index, subject: Subject) -> bool:
    result = index.query(Query.of(subject.names[0].text, subject.dobs[0]))
    return subject.subject_id in result.candidates


def test_changes_are_found_at_once_and_after_reopening(tmp_path: Path) -> None:
    index = Index.open(tmp_path, background=False)
    index.apply(listed([PERSON]))
    assert _found(index, PERSON)
    index.close()
    index = Index.open(tmp_path, background=False)
    assert _found(index, PERSON)
    index.apply([Change.remove("marked")])
    assert not _found(index, PERSON)
    assert len(index) == 0
    index.close()


def test_a_later_listing_replaces_the_earlier(tmp_path: Path) -> None:
    index = Index.open(tmp_path, background=False)
    index.apply(listed([PERSON]))
    index.compact()
    index.apply([Change.upsert(Subject("marked", (Name("Brunhilde Ackermann"),), ("1971-06-05",)))])
    assert len(index) == 1
    hits = index.query(Query.of(f"Otokar {MARKER}", "1971-06-05")).hits
    assert [hit.subject_id for hit in hits] == ["marked"]
    assert hits[0].score < index.query(Query.of("Brunhilde Ackermann", "1971-06-05")).hits[0].score
    index.close()


def test_the_folder_is_private_and_held_by_one(tmp_path: Path) -> None:
    index = Index.open(tmp_path / "list", background=False)
    index.apply(listed(SPECIAL))
    assert (tmp_path / "list").stat().st_mode & 0o777 == 0o700
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "list").iterdir())
    with pytest.raises(FolderBusyError):
        Index.open(tmp_path / "list")
    index.close()


@pytest.mark.parametrize("live", [True, False])
def test_after_a_rewrite_no_file_holds_an_erased_name(tmp_path: Path, live: bool) -> None:
    index = Index.open(tmp_path, background=False)
    index.apply(listed([*crowd(50), PERSON]))
    if not live:
        index.compact()
    index.apply([Change.remove("marked")])
    index.rewrite()
    assert len(index) == 50
    index.close()
    marks: tuple[bytes, ...] = (MARKER.lower().encode(), MARKER.encode(), b"otokar")
    # A segment holds letters as numbers: a is 1.
    marks += tuple(bytes(letter - 96 for letter in mark.lower()) for mark in marks)
    for path in tmp_path.iterdir():
        raw = path.read_bytes()
        assert not any(mark in raw for mark in marks), path.name


def test_a_bulk_load_makes_segments_that_are_put_together(tmp_path: Path) -> None:
    index = Index.open(tmp_path, background=False)
    size = LIVE_MOST + 1
    people = crowd(size * (SEGMENTS_MOST + 1))
    for start in range(0, len(people), size):
        index.apply(listed(people[start : start + size]))
    assert 1 <= len(list(tmp_path.glob("segment-*"))) <= SEGMENTS_MOST
    assert len(index) == len(people)
    assert all(_found(index, subject) for subject in people[::937])
    index.close()


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


def test_a_truncated_segment_is_refused_and_the_list_built_anew(tmp_path: Path) -> None:
    index = Index.open(tmp_path, background=False)
    index.load(crowd(30))
    index.close()
    path = next(tmp_path.glob("segment-*"))
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(SegmentError, match=path.name):
        Index.open(tmp_path, background=False)
    shutil.rmtree(tmp_path)
    index = Index.open(tmp_path, background=False)
    index.load([*crowd(30), PERSON])
    assert _found(index, PERSON)
    index.close()


def test_a_torn_last_line_of_the_journal_is_no_change(tmp_path: Path) -> None:
    index = Index.open(tmp_path, background=False)
    index.apply(listed([PERSON]))
    index.apply(listed(SPECIAL[:1]))
    index.close()
    journal = tmp_path / "journal"
    journal.write_bytes(journal.read_bytes()[:-9])
    index = Index.open(tmp_path, background=False)
    assert len(index) == 1
    index.apply(listed(SPECIAL[1:2]))
    index.close()
    index = Index.open(tmp_path, background=False)
    assert len(index) == 2
    index.close()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda raw: raw[: len(raw) // 2],
        lambda raw: raw[:-1] + b"\xff",
        lambda raw: b"",
        lambda raw: b"CNCSEG01" + raw[8:],  # of an earlier version
    ],
)
def test_an_altered_segment_is_refused_by_its_name(tmp_path: Path, spoil: Callable[[bytes], bytes]) -> None:
    index = Index.open(tmp_path, background=False)
    index.apply(listed(crowd(10)))
    index.compact()
    index.close()
    path = next(tmp_path.glob("segment-*"))
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(SegmentError, match=path.name):
        segment.read(path)
    with pytest.raises(SegmentError, match=path.name):
        Index.open(tmp_path, background=False)


def test_an_altered_journal_is_refused(tmp_path: Path) -> None:
    index = Index.open(tmp_path, background=False)
    index.apply(listed(SPECIAL))
    index.close()
    journal = tmp_path / "journal"
    raw = journal.read_bytes()
    journal.write_bytes(raw[:30] + b"#" + raw[31:])
    with pytest.raises(SegmentError, match="journal"):
        Index.open(tmp_path, background=False)


def _with_a_withdrawn(tmp_path: Path) -> None:
    """Ten people in a segment, one of them withdrawn, as the files of the folder tell."""
    index = Index.open(tmp_path, background=False)
    index.load([*crowd(10), PERSON])
    index.apply([Change.remove("marked")])
    index.compact()  # writes down who is gone; one segment stays as it is
    index.close()


def test_who_is_withdrawn_stays_so_when_their_file_is_lost_or_altered(tmp_path: Path) -> None:
    _with_a_withdrawn(tmp_path)
    (dead,) = tmp_path.glob("segment-*.dead-*")
    raw = dead.read_bytes()
    for spoilt in (bytes([raw[0] ^ 1]) + raw[1:], raw[:-4], b""):
        dead.write_bytes(spoilt)
        with pytest.raises(SegmentError, match=dead.name):
            Index.open(tmp_path, background=False)
    dead.unlink()
    with pytest.raises(SegmentError, match=dead.name):
        Index.open(tmp_path, background=False)
    dead.write_bytes(raw)
    index = Index.open(tmp_path, background=False)  # none of the failures kept the folder locked
    assert len(index) == 10
    index.close()


def test_a_list_whose_journal_is_gone_is_refused(tmp_path: Path) -> None:
    index = Index.open(tmp_path, background=False)
    index.load(crowd(10))
    index.apply(listed([PERSON]))
    index.close()
    (tmp_path / "journal").unlink()
    with pytest.raises(SegmentError, match="journal"):
        Index.open(tmp_path, background=False)


def test_an_altered_manifest_is_refused_and_nothing_is_removed(tmp_path: Path) -> None:
    _with_a_withdrawn(tmp_path)
    manifest = tmp_path / "manifest.json"
    before = sorted(tmp_path.iterdir())
    manifest.write_bytes(manifest.read_bytes().replace(b"segment-00000001", b"segment-00000009"))
    with pytest.raises(SegmentError, match="manifest"):
        Index.open(tmp_path, background=False)
    assert sorted(tmp_path.iterdir()) == before


def test_files_of_others_are_never_removed_and_half_written_ones_are(tmp_path: Path) -> None:
    _with_a_withdrawn(tmp_path)
    kept = [tmp_path / name for name in ("thesis.txt", "segment-notes.txt", "journal.csv", "manifest.json.bak")]
    left = [
        tmp_path / name for name in ("segment-00000077", "segment-00000078.new", "journal.new", "manifest.json.new")
    ]
    for path in (*kept, *left):
        path.write_text("something")
    index = Index.open(tmp_path, background=False)
    index.apply(listed(SPECIAL))
    index.rewrite()
    index.close()
    assert all(path.exists() for path in kept)
    assert not any(path.exists() for path in left)


def test_of_an_id_loaded_twice_the_later_counts_and_goes_with_it(tmp_path: Path) -> None:
    index = Index.open(tmp_path, background=False)
    index.load([PERSON, *crowd(20), Subject("marked", (Name("Brunhilde Ackermann"),), ("1950-01-02",))])
    assert len(index) == 21
    assert not _found(index, PERSON)
    index.apply([Change.remove("marked")])
    index.rewrite()
    later = Subject("marked", (Name("Brunhilde Ackermann"),), ("1950-01-02",))
    assert not _found(index, later)
    index.close()
    index = Index.open(tmp_path, background=False)
    assert len(index) == 20
    assert not _found(index, PERSON)
    assert not _found(index, later)
    index.close()


def test_a_folder_that_others_could_read_is_made_private(tmp_path: Path) -> None:
    _with_a_withdrawn(tmp_path)
    tmp_path.chmod(0o755)
    Index.open(tmp_path, background=False).close()
    assert tmp_path.stat().st_mode & 0o777 == 0o700


def test_a_change_that_cannot_be_written_down_changes_nothing(tmp_path: Path) -> None:
    _with_a_withdrawn(tmp_path)
    index = Index.open(tmp_path, background=False)
    index.apply(listed(SPECIAL))
    (tmp_path / "manifest.json.new").mkdir()  # in the way of the next state
    for act in (index.rewrite, index.compact, lambda: index.load([PERSON])):
        with pytest.raises(OSError, match="manifest"):
            act()
        assert len(index) == 10 + len(SPECIAL)
        assert list(index.query(Query.of("Layla Khatib", "1984-03-09")).candidates).count("ar") == 1
    (tmp_path / "manifest.json.new").rmdir()
    index.rewrite()
    index.close()
    index = Index.open(tmp_path, background=False)
    assert len(index) == 10 + len(SPECIAL)
    index.close()


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


def test_a_long_batch_that_ends_half_way_changes_nothing_also_when_a_merge_ends_within(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = crowd(12)
    store = Store(tmp_path, live_most=3)
    store.apply(listed(people[:6]))
    store.apply(listed(people[6:]))
    real, taken = Store._take, []
    merging = threading.Thread(target=store.merge)

    def take(self: Store, change: Change) -> None:
        real(self, change)
        taken.append(change)
        if len(taken) == 4:
            merging.start()
            merging.join(0.5)  # it writes down who is withdrawn, if nothing holds it up
            shutil.copytree(tmp_path, tmp_path.with_name("as-the-power-failed"))
            raise _EndError

    monkeypatch.setattr(Store, "_take", take)
    with contextlib.suppress(_EndError):
        store.apply(listed(people))
    monkeypatch.undo()
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
