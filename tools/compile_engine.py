"""Compiles the matching engine's hot loops into numba's cache on disk: the first check is then as fast as the next.

Without it the first check after an installation waits for a minute of compilation. What an earlier version left is
removed first: numba looks at the file of the function that is called only, and would go on with old loops of others.
"""

import sys
import tempfile
from pathlib import Path

from concord_screening import engine
from concord_screening.engine.commands import Asker, Index, score_pair
from concord_screening.engine.domain import Change, Name, Query, Subject


def main() -> int:
    """Lists and looks for invented persons in every way that a check does; returns the exit code."""
    for old in Path(engine.__path__[0]).glob("__pycache__/*.nb[ic]"):
        old.unlink()
    score_pair("Maria Example", "Мария Экзампл")
    with tempfile.TemporaryDirectory(prefix="concord-engine-") as folder:
        index = Index.open(Path(folder) / "index")
        names = ("Maria Example", "Мария Пример", "ماريا مثال", "马丽亚")
        subjects = [Subject(str(n), (Name(name),), dobs=("1970-01-01",)) for n, name in enumerate(names)]
        index.apply([Change.upsert(subject) for subject in subjects])
        for name in names:
            for exhaustive in (False, True):
                index.query(Query((Name(name),), dob="1970-01-01"), 10, exhaustive=exhaustive)
        other = Index.open(Path(folder) / "other")
        other.apply([Change.upsert(subjects[0])])
        asker = Asker()
        for lists in ([index, other], [index]):  # together, and one of those that were asked together
            asker.query(lists, Query((Name(names[1]),), dob="1970-01-01"))
        index.apply([Change.remove("0")])
    return 0


if __name__ == "__main__":
    sys.exit(main())
