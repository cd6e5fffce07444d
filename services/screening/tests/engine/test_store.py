"""The folder: durable, private, refusing altered files, and free of who was erased."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from concord_screening.engine import segment
from concord_screening.engine.commands import Index
from concord_screening.engine.domain import Change, Name, Query, SegmentError, Subject
from concord_screening.engine.listing import Builder
from concord_screening.engine.loaded import Segment
from concord_screening.engine.store import LIVE_MOST, SEGMENTS_MOST, FolderBusyError
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


def test_a_segment_of_other_numbers_than_the_loops_read_is_refused() -> None:
    builder = Builder()
    builder.add(SPECIAL[0])
    listing = builder.listing()
    people = listing.people._replace(gender=listing.people.gender.astype(np.int64))
    with pytest.raises(SegmentError, match="other numbers"):
        Segment.of(listing._replace(people=people))
