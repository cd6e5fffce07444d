"""Step 2: A's case officer takes the case to a substantiated outcome; another person confirms it."""

from datetime import date, timedelta
from typing import Any

from concord_stack.walk.evidence import Evidence, expect
from concord_stack.walk.people import Person
from concord_stack.walk.walk import World


class CaseFile:
    """A case as one person works it: each act sends the version that the last answer told."""

    def __init__(self, person: Person, case: str) -> None:
        self.person = person
        self.case = case
        self.seen: dict[str, Any] = person.get(f"/api/intake/cases/{case}")

    def act(self, name: str, **body: Any) -> dict[str, Any]:
        """Performs one act and keeps the answer."""
        path = f"/api/intake/cases/{self.case}/{name}"
        self.seen = self.person.post(path, body, version=self.seen["version"])
        return self.seen


def run(world: World) -> Evidence:
    """Works the case of step 1."""
    officer, approver = world.person("unicef-officer"), world.person("unicef-approver")
    case = world.found["case"]
    file = CaseFile(officer, case)
    received = date.fromisoformat(file.seen["dates"]["received"])

    def on(days: int) -> str:
        return (received + timedelta(days=days)).isoformat()

    file.act(
        "assess",
        on=on(3),
        concern="sea",
        allegation_type="sexual_exploitation",
        allegation_nature="transactional_sex",
        personnel_category="un_staff_international",
        serious=False,
        victims=[{"sex": "female", "age_category": "adult", "count": 1}],
    )
    file.act("report", on=on(5))
    file.act("refer", on=on(7), investigating_entity="oios")
    file.act("start-investigation", on=on(12))
    investigation = next(c for c in file.seen["clocks"] if c["stopped"] is None and c["cancelled"] is None)
    clock = investigation["clock"]
    file.act(f"clocks/{clock}/pause", on=on(40), reason="awaiting_victim", holder="investigating_body")
    file.act(f"clocks/{clock}/resume", on=on(50))
    file.act("complete-investigation", on=on(120))
    file.act("submit-report", on=on(130))
    file.act("propose-outcome", on=on(140), outcome="substantiated")
    own = officer.call("POST", f"/api/intake/cases/{case}/confirm-outcome", {}, version=file.seen["version"])
    expect(own.status_code == 403, f"the officer confirming their own proposal got {own.status_code}")
    stale = approver.call("POST", f"/api/intake/cases/{case}/confirm-outcome", {}, version=1)
    expect(stale.status_code == 412, f"a write on an old version got {stale.status_code}")
    second = CaseFile(approver, case)
    confirmed = second.act("confirm-outcome")
    expect(confirmed["outcome"] == "substantiated", "the confirmed outcome is not on the case")
    paused = [s for c in confirmed["clocks"] for s in c["segments"] if s["state"] == "paused"]
    expect(paused and paused[0]["days"] == 10, "the pause of ten days is not among the clock's segments")
    expect(paused[0]["holder"] == "investigating_body", "the pause does not say who held the clock")
    segments = sum(len(c["segments"]) for c in confirmed["clocks"])
    return Evidence(
        f"{case}: substantiated, confirmed by another person (own confirmation refused: 403, old version: 412); "
        f"{len(confirmed['clocks'])} clocks in {segments} segments, 10 days held by the investigating body.",
        f"{world.origin()}/cases/{case}",
    )
