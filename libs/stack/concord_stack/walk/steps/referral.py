"""Step 6: consent, referral, help, withdrawal, erasure between A and C."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from concord_stack.walk.evidence import Evidence, expect
from concord_stack.walk.people import Person, until
from concord_stack.walk.walk import World

BASE = "/api/assistance"
NAME = "Personne Inventée"


def run(world: World) -> Evidence:
    """Refers an invented person from UNICEF to UNFPA."""
    advocate, officer = world.person("unicef-advocate"), world.person("unfpa-referrals")
    person = advocate.post(
        f"{BASE}/persons",
        {
            "name": NAME,
            "contact": "+000 0000",
            "safe_times": "invented",
            "sex": "female",
            "age_category": "adult",
            "language": "fr",
            "country": "HTI",
        },
    )
    ask = {"person_reference": person["reference"], "recipient": "unfpa", "service": "medical", "note": "invented note"}
    refused = advocate.call("POST", f"{BASE}/referrals/preview", ask)
    expect(refused.status_code == 409, f"a referral without consent answered {refused.status_code}")
    consent = advocate.post(f"{BASE}/persons/{person['reference']}/consents", consent_body())
    preview = advocate.post(f"{BASE}/referrals/preview", ask)
    shown = list(preview["fields"])
    world.found["trace"] = uuid.uuid4().hex
    referral = advocate.post(
        f"{BASE}/referrals", {**ask, "country": "HTI", "shown_fields": shown}, trace=world.found["trace"]
    )
    reference = str(referral["reference"])
    fields = _answer(officer, reference)
    expect(fields.get("name") == NAME, "C does not see what the consent covers")
    expect(set(fields) == set(shown), f"C sees {sorted(fields)}, the advocate was shown {sorted(shown)}")
    third = world.person("unhcr-referrals").call("GET", f"{BASE}/inbox/{reference}")
    expect(third.status_code == 404, f"another agency asking for the referral got {third.status_code}")
    until("A seeing that C is done", lambda: advocate.get(f"{BASE}/referrals/{reference}")["status"] == "done")
    confirmed = _withdraw(advocate, officer, consent, reference)
    return Evidence(
        f"{reference}: refused without consent (409); C opened {len(fields)} fields after A's service checked the "
        f"consent, accepted, helped, done; consent withdrawn, C's copy erased, confirmed {confirmed}, then refused.",
        f"{world.origin()}/assistance/persons/{person['reference']}",
    )


def consent_body() -> dict[str, Any]:
    """A person's consent that C is asked for medical help, for half a year from today."""
    today = datetime.now(UTC).date()
    return {
        "scope": "share_with_other_un_entity",
        "state": "given",
        "recipient": "unfpa",
        "service": "medical",
        "groups": ["identity", "contact", "profile", "note"],
        "given_how": "in_person",
        "given_by": "person",
        "language": "fr",
        "given_date": today.isoformat(),
        "expiry_date": (today + timedelta(days=180)).isoformat(),
        "words": "Inventé : d'accord pour cette aide.",
        "best_interest": "",
    }


def _answer(officer: Person, reference: str) -> dict[str, Any]:
    path = f"{BASE}/inbox/{reference}"
    until("the offer reaching C", lambda: officer.call("GET", path).status_code == 200)
    until("C's service asking A's whether it stands", lambda: officer.get(path)["check"] == "stands")
    officer.post(f"{path}/open")
    until("C holding the content", lambda: officer.get(path)["content"] == "held")
    fields: dict[str, Any] = officer.get(f"{path}/content")["fields"]
    for act in ("accept", "provide", "done"):
        officer.post(f"{path}/{act}", version=officer.get(path)["version"])
    return fields


def _withdraw(advocate: Person, officer: Person, consent: dict[str, Any], reference: str) -> str:
    advocate.post(f"{BASE}/consents/{consent['reference']}/withdraw", version=consent["version"])
    path = f"{BASE}/inbox/{reference}"
    until("C erasing its copy", lambda: officer.get(path)["content"] == "erased")
    again = officer.call("POST", f"{path}/open", {})
    expect(again.status_code == 409, f"opening an erased referral again answered {again.status_code}")
    gone = officer.call("GET", f"{path}/content")
    expect(gone.status_code == 409 and NAME not in gone.text, "the erased content can still be read")
    return str(
        until(
            "A seeing the erasure confirmed",
            lambda: advocate.get(f"{BASE}/referrals/{reference}")["erasure_confirmed_date"],
        )
    )
