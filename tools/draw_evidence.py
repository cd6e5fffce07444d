"""Draws the worked examples of docs/how-a-score-comes-about.md from the engine itself, so that they cannot go stale.

    python tools/draw_evidence.py           # writes the pictures and the part of the page between its marks

Everybody in it is made up. A test compares the page with what the engine says now.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from html import escape
from pathlib import Path

from concord_screening.engine.commands import Index
from concord_screening.engine.domain import Hit, Name, Query, Subject
from concord_screening.engine.training.population import Maker, shipped
from concord_screening.engine.words import text

DOCS = Path(__file__).resolve().parents[1] / "docs"
PAGE = DOCS / "how-a-score-comes-about.md"
BEGIN, END = "<!-- worked examples: made by tools/draw_evidence.py -->", "<!-- end of the worked examples -->"
OTHERS = 20_000
SEED = 5

_LABELS, _UNIT, _ROW, _WIDTH = 540, 18, 26, 960
_SVG = 'xmlns="http://www.w3.org/2000/svg" role="img" font-family="sans-serif" font-size="14"'
_FOR, _AGAINST, _INK = "#1b7f4b", "#b3261e", "#222222"


@dataclass(frozen=True, slots=True)
class Example:
    """A listed person, a candidate, and what is to be learned from the two."""

    key: str
    title: str
    listed: Subject
    asked: Query
    said: str
    lesson: str


EXAMPLES = (
    Example(
        "arabic",
        "Arabic: day and month exchanged",
        Subject("a", (Name("عبد الرحمن المنصوري"),), ("1975-04-08",), ("Jordan",)),
        Query.of("Abdurrahman Al Mansouri", "1975-08-04", "Jordan"),
        "Listed: عبد الرحمن المنصوري, born 1975-04-08, Jordan. Asked: *Abdurrahman Al Mansouri*, 1975-08-04, Jordan.",
        "*Abd al-Rahman* is one name, so its parts are joined; the article of *al-Mansouri* is left aside;\n"
        "vowels that Arabic does not write cost little.",
    ),
    Example(
        "han",
        "Chinese: spelled as in Singapore",
        Subject("h", (Name("陈国伟"),), ("1990-05-17",), ("Singapore",)),
        Query.of("Tan Kok Wee", "1990-05-17", "Singapore"),
        "Listed: 陈国伟, born 1990-05-17, Singapore. Asked: *Tan Kok Wee*, 1990-05-17, Singapore.",
        "Mandarin reads the characters *Chen Guowei*, Cantonese *Chan Kwokwai*; a Hokkien speaker spells them\n"
        "*Tan Kok Wee*. The engine tries all of them, as a Chinese name and as a foreign one, and counts the reading\n"
        "that agrees best.",
    ),
    Example(
        "cyrillic",
        "Cyrillic: the year alone",
        Subject("c", (Name("Громова, Светлана Павловна"),), ("1979-11-23",), ("Russia",)),
        Query.of("Swetlana Gromowa", "1979", "Kazakhstan"),
        "Listed: Громова, Светлана Павловна, born 1979-11-23, Russia. Asked: *Swetlana Gromowa*, 1979, Kazakhstan.",
        "The father's name, which the candidate did not give, counts as missing, not as contradicting.",
    ),
    Example(
        "cyrillic-other",
        "Cyrillic: the same name, somebody else",
        Subject("c", (Name("Громова, Светлана Павловна"),), ("1979-11-23",), ("Russia",)),
        Query.of("Svetlana Gromova", "1961-02-14"),
        "The same listed person. Asked: *Svetlana Gromova*, 1961-02-14.",
        "One contradicting date outweighs the name.",
    ),
)


def hits() -> dict[str, Hit]:
    """What the engine says of each example, in a list of made-up people."""
    with tempfile.TemporaryDirectory(prefix="concord-evidence-") as folder:
        index = Index.open(Path(folder) / "list", background=False)
        listed = {example.listed.subject_id: example.listed for example in EXAMPLES}
        index.load([*Maker(shipped(), OTHERS, SEED).people(), *listed.values()])
        found = {}
        for example in EXAMPLES:
            result = index.query(example.asked, limit=OTHERS, exhaustive=True)
            found[example.key] = next(hit for hit in result.hits if hit.subject_id == example.listed.subject_id)
        index.close()
    return found


def picture(hit: Hit) -> str:
    """The evidence as bars: to the right for one person, to the left against."""
    bars = [reason for reason in hit.reasons if reason.weight]
    height = _ROW * len(bars) + 16
    middle = _LABELS + 140
    parts = [
        f'<svg {_SVG} viewBox="0 0 {_WIDTH} {height}">',
        "<title>What each piece of evidence adds or takes away</title>",
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<line x1="{middle}" y1="4" x2="{middle}" y2="{height - 4}" stroke="{_INK}"/>',
    ]
    for number, reason in enumerate(bars):
        top = 8 + number * _ROW
        length = min(abs(reason.weight) * _UNIT, 130.0 if reason.weight < 0 else float(_WIDTH - middle - 60))
        left = middle if reason.weight > 0 else middle - length
        colour = _FOR if reason.weight > 0 else _AGAINST
        said = escape(text(reason))
        parts.append(f'<text x="{_LABELS - 4}" y="{top + 17}" text-anchor="end" fill="{_INK}">{said}</text>')
        parts.append(f'<rect x="{left:.0f}" y="{top + 3}" width="{length:.0f}" height="{_ROW - 8}" fill="{colour}"/>')
        at, anchor = (left + length + 6, "start") if reason.weight > 0 else (left - 6, "end")
        parts.append(
            f'<text x="{at:.0f}" y="{top + 17}" text-anchor="{anchor}" fill="{_INK}">{reason.weight:+.1f}</text>'
        )
    return "\n".join([*parts, "</svg>", ""])


def section(found: dict[str, Hit]) -> str:
    """The worked examples as Markdown."""
    lines = [BEGIN, ""]
    for example in EXAMPLES:
        hit = found[example.key]
        told = "; ".join(f"{text(r)} {r.weight:+.1f}" if r.weight else text(r) for r in hit.reasons)
        lines += [
            f"### {example.title}",
            "",
            example.said,
            "",
            f"![{told}](evidence/{example.key}.svg)",
            "",
            f"Probability {hit.score:.4f}: *{hit.zone}*.",
            "",
            example.lesson,
            "",
        ]
    return "\n".join([*lines, END])


def page(found: dict[str, Hit]) -> str:
    """The whole page with the examples of now."""
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    return before + section(found) + rest.partition(END)[2]


def main() -> int:
    """Writes pictures and page."""
    found = hits()
    for key, hit in found.items():
        (DOCS / "evidence" / f"{key}.svg").write_text(picture(hit), "utf-8")
    PAGE.write_text(page(found), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
