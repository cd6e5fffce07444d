"""English message ids for codes that no published code list holds, and the shape that goes with a state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from concord_core.web.marks import msgid
from concord_victim_assistance import errors
from concord_victim_assistance.consent.domain import HOLDING, FieldGroup, State
from concord_victim_assistance.needs.domain import NeedStatus, NeedStep
from concord_victim_assistance.referrals.domain import Event, Status, Step

NEED_STATUS: Final = errors.NEED_STATUS
NEED_SHAPE: Final[Mapping[NeedStatus, str]] = {
    NeedStatus.RECORDED: "waiting",
    NeedStatus.OFFERED: "waiting",
    NeedStatus.PROVIDED: "good",
    NeedStatus.DECLINED: "neutral",
}
NEED_STEP: Final[Mapping[NeedStep, str]] = {
    NeedStep.OFFER: msgid("Note an offer"),
    NeedStep.PROVIDE: msgid("Note that it was provided"),
    NeedStep.DECLINE: msgid("Note that the person declined"),
}
GROUPS: Final[Mapping[FieldGroup, str]] = {
    FieldGroup.IDENTITY: msgid("Name"),
    FieldGroup.CONTACT: msgid("Safe contact and safe times"),
    FieldGroup.PROFILE: msgid("Language, sex and age group"),
    FieldGroup.NOTE: msgid("A note for the one who helps"),
}
FIELDS: Final[Mapping[str, str]] = {
    "name": msgid("Name"),
    "contact": msgid("Safe contact"),
    "safe_times": msgid("Safe times"),
    "language": msgid("Language"),
    "sex": msgid("Sex"),
    "age_category": msgid("Age group"),
    "note": msgid("Note"),
}
FIELD_LISTS: Final[Mapping[str, str]] = {"language": "un_language", "sex": "sex", "age_category": "age_category"}
GIVEN_HOW: Final[Mapping[str, str]] = {
    "in_person": msgid("In person"),
    "by_phone": msgid("By phone"),
    "in_writing": msgid("In writing"),
    "through_interpreter": msgid("Through an interpreter"),
}
GIVEN_BY: Final[Mapping[str, str]] = {
    "person": msgid("The person"),
    "guardian": msgid("A parent or caregiver"),
}
CONSENT_STATES: Final = (State.GIVEN, State.GIVEN_BY_GUARDIAN, State.REFUSED)
REJECT: Final[Mapping[str, str]] = {
    "capacity": msgid("No capacity now"),
    "eligibility": msgid("The person is not eligible for our service"),
    "location": msgid("We do not work there"),
    "contact_lost": msgid("We could not reach the person"),
    "other": msgid("Another reason"),
}
REVOKE: Final[Mapping[str, str]] = {
    "consent_withdrawn": msgid("The person took the consent back"),
    "consent_expired": msgid("The last day of the consent is over"),
    "owner_decision": msgid("The agency that asked took it back"),
}
STATUS_SHAPE: Final[Mapping[Status, str]] = {
    Status.IN_PROGRESS: "waiting",
    Status.ACCEPTED: "good",
    Status.REJECTED: "stop",
    Status.DONE: "good",
    Status.REVOKED: "stop",
    Status.EXPIRED: "stop",
}
STEP: Final[Mapping[Step, str]] = {
    Step.ACCEPT: msgid("Accept"),
    Step.REJECT: msgid("Reject"),
    Step.PROVIDE: msgid("Note that the service was provided"),
    Step.FINISH: msgid("End the referral"),
}
STEP_RULE: Final[Mapping[Step, str]] = {
    Step.ACCEPT: msgid("Your agency will help. The other agency sees this at once."),
    Step.REJECT: msgid("Your agency cannot help. What you hold of the person is erased."),
    Step.PROVIDE: msgid("Say on which day the person received the service."),
    Step.FINISH: msgid("Nothing more is to be done. Both agencies see that it ended well."),
}
EVENTS: Final[Mapping[Event, str]] = {
    Event.OFFERED: msgid("Referral sent"),
    Event.RECEIVED: msgid("Referral received"),
    Event.CHECKED: msgid("The owner was asked and answered whether it stands"),
    Event.OWNER_SILENT: msgid("The owner's service does not answer; we ask again"),
    Event.OPEN_WAITS: msgid("An officer asked for the content; it waits for the owner's service"),
    Event.OPENED: msgid("Content opened, consent checked at that moment"),
    Event.ACCEPTED: msgid("Referral accepted"),
    Event.REJECTED: msgid("Referral rejected"),
    Event.PROVIDED: msgid("Service provided"),
    Event.DONE: msgid("Referral ended well"),
    Event.REVOKED: msgid("Referral taken back"),
    Event.EXPIRED: msgid("Referral ended without an answer"),
    Event.CONSENT_WITHDRAWN: msgid("The person took the consent back"),
    Event.CONSENT_EXPIRED: msgid("The last day of the consent is over"),
    Event.ERASED: msgid("Copy erased"),
    Event.ERASURE_CONFIRMED: msgid("Erasure confirmed"),
}


def consent_shape(state: State) -> str:
    """The shape of a consent's state."""
    if state in HOLDING:
        return "good"
    return "neutral" if state is State.NOT_ASKED else "stop"
