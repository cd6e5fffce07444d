"""Step 5: the owner decides. Until then B learns nothing; then exactly the facts that were released, and by whom."""

from typing import Any

from concord_stack.walk.evidence import Evidence, expect
from concord_stack.walk.people import Person, until
from concord_stack.walk.steps.checks import FORBIDDEN
from concord_stack.walk.walk import World

RELEASED = ("basis", "decided_date")


def run(world: World) -> Evidence:
    """Finds the review of step 4's check among A's work, decides, releases; B reads it."""
    officer, recruiter = world.person("unicef-disclosure"), world.person("unhcr-recruiter")
    check, listing = world.found["check"], world.found["listing"]
    tried = _nothing_before(recruiter, check, listing)
    items = until("A's disclosure officer being told", lambda: officer.get("/api/screening/work-items")["items"])
    review = _review_of(officer, listing)
    expect(any(review["reference"] in item["url"] for item in items), "the review is not among the officer's work")
    path = f"/api/screening/reviews/{review['reference']}"
    seen = officer.get(path)
    decided = officer.post(
        f"{path}/decision",
        {"same_person": True, "reason": "Invented: same day of birth, same name in another script."},
        version=seen["version"],
    )
    officer.post(f"{path}/release", {"fields": list(RELEASED)}, version=decided["version"])
    answer = until("B seeing the release", lambda: _disclosed(recruiter, check), 90)
    (disclosure,) = answer["disclosures"]
    expect(disclosure["agency"] == "unicef", "the release does not say who released it")
    fields = [fact["field"] for fact in disclosure["facts"]]
    expect(fields == list(RELEASED), f"B sees {fields}, A released {list(RELEASED)}")
    expect(listing not in str(answer), "B sees the reference of A's listing")
    return Evidence(
        f"Before the release B tried {tried} addresses and saw nothing of A. A's officer was told, compared, confirmed "
        f"and released {len(fields)} facts; B sees exactly {', '.join(fields)}, released by UNICEF.",
        f"{world.origin()}{path.replace('/api', '')}",
    )


def _nothing_before(recruiter: Person, check: str, listing: str) -> int:
    paths = (
        f"/api/screening/checks/{check}",
        "/api/screening/checks",
        "/api/screening/listings",
        f"/api/screening/listings/{listing}",
        "/api/screening/reviews",
        "/api/screening/work-items",
        "/api/intake/cases",
        "/api/reporting/counts",
        "/api/assistance/inbox",
    )
    for path in paths:
        answer = recruiter.call("GET", path)
        shown = answer.text.replace(path, "")
        expect(
            not any(marker in shown for marker in (*FORBIDDEN, listing)),
            f"{path} tells B of A's listing before the release",
        )
    return len(paths)


def _review_of(officer: Person, listing: str) -> dict[str, Any]:
    reviews = officer.get("/api/screening/reviews")["items"]
    found: list[dict[str, Any]] = [item for item in reviews if item["listing"] == listing and item["asker"] == "unhcr"]
    expect(found, "A has no review of this listing")
    return found[0]


def _disclosed(recruiter: Person, check: str) -> dict[str, Any] | None:
    answer: dict[str, Any] = recruiter.get(f"/api/screening/checks/{check}")
    return answer if answer["answer"] == "disclosed" else None
