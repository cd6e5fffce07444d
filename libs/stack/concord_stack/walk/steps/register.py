"""Step 3: A lists persons; nobody approves their own act."""

from datetime import UTC, datetime, timedelta
from typing import Any

from concord_stack.demo.name_pairs import draw
from concord_stack.walk.evidence import Evidence, expect
from concord_stack.walk.people import Person
from concord_stack.walk.walk import World


def listing_body(name: str, birth_date: str, case: str) -> dict[str, Any]:
    """A listing of an invented person."""
    today = datetime.now(UTC).date()
    return {
        "names": [{"text": name, "kind": "primary"}],
        "birth_dates": [birth_date],
        "sex": "unknown",
        "nationalities": [],
        "index_numbers": [],
        "document_numbers": [],
        "basis": "established_sea",
        "case_reference": case,
        "decided_date": (today - timedelta(days=30)).isoformat(),
        "review_date": (today + timedelta(days=5 * 365)).isoformat(),
        "notice_date": (today - timedelta(days=25)).isoformat(),
        "notice_way": "letter",
    }


def activate(officer: Person, approver: Person, body: dict[str, Any]) -> str:
    """Lists and has it approved; returns the listing's reference."""
    draft = officer.post("/api/screening/listings", body)
    reference = str(draft["reference"])
    expect(draft["state"] == "draft", "a new listing is not a draft")
    active = approver.post(f"/api/screening/listings/{reference}/approval", version=draft["version"])
    expect(active["state"] == "active", "an approved listing is not active")
    return reference


def run(world: World) -> Evidence:
    """Lists the person of the case and the first spellings of the drawn pairs."""
    officer, approver = world.person("unicef-officer"), world.person("unicef-approver")
    pairs = list(draw(world.seed))
    draft = officer.post(
        "/api/screening/listings", listing_body(pairs[0].listed, pairs[0].birth_date, world.found["case"])
    )
    reference = str(draft["reference"])
    path = f"/api/screening/listings/{reference}/approval"
    own = officer.call("POST", path, {}, version=draft["version"])
    expect(own.status_code == 403, f"the officer approving their own listing got {own.status_code}")
    active = approver.post(path, version=draft["version"])
    expect(active["state"] == "active", "the approved listing is not active")
    for pair in pairs[1:]:
        activate(officer, approver, listing_body(pair.listed, pair.birth_date, world.found["case"]))
    other = world.person("unhcr-officer").call("GET", f"/api/screening/listings/{reference}")
    expect(other.status_code == 404, f"an officer of B asking for A's listing got {other.status_code}")
    world.found["listing"] = reference
    return Evidence(
        f"{reference} approved by another person (own approval refused: 403; B asking for it: 404); "
        f"{len(pairs)} invented persons listed.",
        f"{world.origin()}/screening",
    )
