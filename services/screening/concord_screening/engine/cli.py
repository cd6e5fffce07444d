"""`concord screening …`: the engine on anybody's files, without a service, a database or a sign-in."""

from __future__ import annotations

import csv
import os
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from concord_screening.engine import tables
from concord_screening.engine.commands import ImpossibleDateError, Index, score_pair
from concord_screening.engine.domain import ModelError, Query, SegmentError, Subject
from concord_screening.engine.store import FolderBusyError, holds_a_list, is_only_a_list, is_own
from concord_screening.engine.words import texts

if TYPE_CHECKING:
    from _csv import Writer

app = typer.Typer(help="Name screening on files.", no_args_is_help=True, pretty_exceptions_enable=False)
_REPORTED_MOST = 1_000

InFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]
OutFile = Annotated[Path, typer.Argument(dir_okay=False, writable=True)]


class _Broken:
    """Tells of broken rows, and counts them."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self.count = 0

    def __call__(self, number: int, what: str) -> None:
        self.count += 1
        if self.count <= _REPORTED_MOST:
            self._console.print(f"row {number} {what}", highlight=False)

    def total(self) -> None:
        """The last word."""
        if self.count:
            self._console.print(f"{self.count} rows were reported; the rest was done", highlight=False)


@contextmanager
def _progress(console: Console) -> Iterator[Progress]:
    bar = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*bar, TimeElapsedColumn(), TimeRemainingColumn(), console=console) as progress:
        yield progress


@contextmanager
def _errors(console: Console) -> Iterator[None]:
    """What a user can do something about, in a line instead of a traceback."""
    try:
        yield
    except (tables.WrongFileError, ModelError, SegmentError, FolderBusyError, OSError) as error:
        what = error.strerror if isinstance(error, OSError) else error
        console.print(f"[red]{escape(str(what))}[/red]", highlight=False)
        raise typer.Exit(2) from None


@contextmanager
def _result(target: Path, columns: Iterable[str]) -> Iterator[Writer]:
    """A CSV file that takes the place of `target` when all went well: a run that fails leaves what was there."""
    # A pipe or a device is written to as it is; of a link, what it leads to is replaced.
    plain = target.exists() and not target.is_file()
    target = target if plain else target.resolve()
    if not target.parent.is_dir():
        raise tables.WrongFileError(f"there is no folder for {target.name}")
    path = target if plain else target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            out = csv.writer(file, lineterminator="\n")
            out.writerow(columns)
            yield out
        if not plain:
            path.replace(target)
    finally:
        if not plain:
            path.unlink(missing_ok=True)


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return max(0, sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b"")) - 1)


@app.command("score-pairs")
def score_pairs(source: InFile, target: OutFile) -> None:
    """Scores pairs of names: IN pair_id,name_a,name_b; OUT pair_id,score."""
    console = Console(stderr=True)
    broken = _Broken(console)
    with (
        _errors(console),
        _progress(console) as progress,
        _result(target, ("pair_id", "score")) as out,
    ):
        task = progress.add_task("pairs", total=_lines(source))
        for pair_id, a, b in tables.pairs(source, broken):
            out.writerow((pair_id, f"{score_pair(a, b):.6f}"))
            progress.advance(task)
    broken.total()


@app.command()
def index(source: InFile, folder: Annotated[Path, typer.Argument(file_okay=False)]) -> None:
    """Makes the index of a list: IN subject_id,name,script,dob,country,gender; several rows a subject.

    The folder then holds this list and nothing else; a run that fails leaves the earlier list.
    """
    console = Console(stderr=True)
    broken = _Broken(console)
    with _errors(console), _progress(console) as progress:
        _check_own(folder)
        read = progress.add_task("reading", total=None)
        people = tables.subjects(source, broken)
        progress.update(read, total=len(people), completed=len(people))
        task = progress.add_task("indexing", total=len(people))

        def each() -> Iterator[Subject]:
            for done, (subject, _) in enumerate(people):
                if done % 1_000 == 0:
                    progress.update(task, completed=done)
                yield subject

        def unread(subject: int, name: int) -> None:
            broken(people[subject][1][name], "has a name that cannot be read")

        with closing(_opened_anyhow(folder)) as store:
            store.load(each(), unread)
        progress.update(task, completed=len(people))
    broken.total()


def _check_own(folder: Path) -> None:
    """A folder that holds anything but an earlier index is left alone."""
    if folder.exists() and any(folder.iterdir()) and not is_only_a_list(folder):
        raise tables.WrongFileError(f"{folder.name} holds other files than an index")


def _opened_anyhow(folder: Path) -> Index:
    """The index to be replaced; one that is altered or of another version is emptied first."""
    try:
        return Index.open(folder, background=False)
    except SegmentError:
        for path in folder.iterdir():
            if is_own(path):
                path.unlink()
        return Index.open(folder, background=False)


@app.command()
def query(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False)],
    source: InFile,
    target: OutFile,
    limit: Annotated[int, typer.Option(min=1, help="How many subjects to give for each query.")] = 10,
    candidates: Annotated[
        Path | None, typer.Option(dir_okay=False, help="Also write every candidate retrieved.")
    ] = None,
    exhaustive: Annotated[bool, typer.Option(help="Compare everybody: slow, shows what the doors miss.")] = False,
) -> None:
    """Asks for candidates: IN query_id,name,dob,nationality; OUT query_id,rank,subject_id,score,zone,reasons.

    A query that cannot be decided from its name gets one row of rank 0 without a subject.
    """
    console = Console(stderr=True)
    broken = _Broken(console)
    columns = ("query_id", "rank", "subject_id", "score", "zone", "reasons")
    with ExitStack() as held:
        held.enter_context(_errors(console))
        _check_apart(folder, source, target, candidates)
        progress = held.enter_context(_progress(console))
        store = held.enter_context(closing(Index.open(folder, background=False)))
        out = held.enter_context(_result(target, columns))
        also = held.enter_context(_result(candidates, ("query_id", "subject_id"))) if candidates else None
        task = progress.add_task("queries", total=_lines(source))
        rows = deque[tuple[int, str]]()

        def asked() -> Iterator[Query]:
            for number, query_id, one in tables.queries(source, broken):
                rows.append((number, query_id))
                yield one

        for result in store.query_many(asked(), limit, exhaustive, candidates=also is not None):
            number, query_id = rows.popleft()
            progress.advance(task)
            if isinstance(result, ImpossibleDateError):
                broken(number, "has a date that cannot be")
                continue
            if result.reasons:
                out.writerow((query_id, 0, "", f"{0:.6f}", result.zone, texts(result.reasons)))
            for rank, hit in enumerate(result.hits, start=1):
                out.writerow((query_id, rank, hit.subject_id, f"{hit.score:.9f}", hit.zone, texts(hit.reasons)))
            if also:
                also.writerows((query_id, subject_id) for subject_id in result.candidates)
    broken.total()


def _check_apart(folder: Path, source: Path, target: Path, candidates: Path | None) -> None:
    """A folder with a list, and files elsewhere."""
    if not holds_a_list(folder):
        raise tables.WrongFileError(f"{folder.name} holds no index")
    if any(path and path.resolve().is_relative_to(folder.resolve()) for path in (source, target, candidates)):
        raise tables.WrongFileError(f"{folder.name} is for the index alone: write and read elsewhere")
    if candidates is not None and candidates.resolve() == target.resolve():
        raise tables.WrongFileError(f"{target.name} cannot be both the answers and the candidates")


if __name__ == "__main__":
    sys.exit(app())
