"""Step 4: B checks candidates. The answer is *clear* or *in review, answer by DATE*, and names nobody."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from concord_stack.demo.name_pairs import NamePair, draw
from concord_stack.walk.evidence import Evidence, expect
from concord_stack.walk.walk import World

FORBIDDEN = ("unicef", "UNICEF", "established_sea")
"""Markers of A's listing that no answer to B may hold before the release."""


def check_body(name: str, birth_date: str) -> dict[str, Any]:
    """A candidate as a recruiter types them, with their consent."""
    latin = name.isascii()
    return {
        "name_latin": name if latin else "",
        "name_native": "" if latin else name,
        "birth_date": birth_date,
        "sex": "unknown",
        "nationality": "",
        "purpose": "recruitment",
        "requisition": "VA-2026-17",
        "consent_date": datetime.now(UTC).date().isoformat(),
        "consent_notice": "2026-1",
        "self_certification": "no",
    }


def run(world: World) -> Evidence:
    """Checks the second spellings of the drawn pairs, then people who are not listed."""
    recruiter = world.person("unhcr-recruiter")
    pairs = list(draw(world.seed))
    answers = [_ask(recruiter, pair) for pair in pairs]
    found = [answer for answer in answers if answer["answer"] == "in_review"]
    strangers = [_ask(recruiter, pair) for pair in draw(world.seed + 1, 10)]
    clear = sum(answer["answer"] == "clear" for answer in strangers)
    expect(found, "none of the listed persons was noticed in another spelling")
    expect(clear, "nobody who is not listed was answered clear")
    for answer in (*answers, *strangers):
        _names_nobody(answer, world.found["listing"])
    first = next((i for i, answer in enumerate(answers) if answer["answer"] == "in_review"), 0)
    world.found["check"] = str(answers[first]["reference"])
    by_script = _by_script(zip(pairs, answers, strict=True))
    return Evidence(
        f"{len(found)} of {len(pairs)} listed persons noticed in another spelling ({by_script}), each "
        f"“in review, answer by {found[0]['answer_by']}”; {clear} of {len(strangers)} strangers clear; nobody named.",
        f"{world.origin()}/screening/checks/{world.found['check']}",
    )


def _ask(recruiter: Any, pair: NamePair) -> dict[str, Any]:
    answer: dict[str, Any] = recruiter.post("/api/screening/checks", check_body(pair.checked, pair.birth_date))
    expect(answer["answer"] in ("clear", "in_review"), f"a check answered {answer['answer']}")
    return answer


def _names_nobody(answer: dict[str, Any], listing: str) -> None:
    shown = str(answer)
    expect(not any(marker in shown for marker in (*FORBIDDEN, listing)), "a check's answer tells of its owner")
    expect(answer["disclosures"] == [], "a check's answer discloses before the owner decided")


def _by_script(checked: Iterable[tuple[NamePair, dict[str, Any]]]) -> str:
    counts: dict[str, list[int]] = {}
    for pair, answer in checked:
        row = counts.setdefault(pair.script, [0, 0])
        row[0] += answer["answer"] == "in_review"
        row[1] += 1
    return ", ".join(f"{script} {hit}/{of}" for script, (hit, of) in sorted(counts.items()))
