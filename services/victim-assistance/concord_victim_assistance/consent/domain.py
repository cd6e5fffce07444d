"""What a consent covers, when it holds, and how a reporter's later refusal narrows it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final

from concord_core.codes import CodeLists
from concord_core.values import Hidden
from concord_core.web.marks import msgid
from concord_victim_assistance.errors import CONSENT_STATE
from concord_victim_assistance.persons.domain import ReporterLimit
from concord_victim_assistance.values import Problems


class State(StrEnum):
    """Codes of the code list `consent_state`."""

    GIVEN = "given"
    GIVEN_BY_GUARDIAN = "given_by_guardian"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    NOT_ASKED = "not_asked"
    EXPIRED = "expired"


class FieldGroup(StrEnum):
    """What may travel, in groups that a person can understand."""

    IDENTITY = "identity"
    CONTACT = "contact"
    PROFILE = "profile"
    NOTE = "note"


FIELDS: Final[Mapping[FieldGroup, tuple[str, ...]]] = {
    FieldGroup.IDENTITY: ("name",),
    FieldGroup.CONTACT: ("contact", "safe_times"),
    FieldGroup.PROFILE: ("language", "sex", "age_category"),
    FieldGroup.NOTE: ("note",),
}
"""Fields of `ReferralPackage` that each group covers."""

HOLDING: Final = frozenset({State.GIVEN, State.GIVEN_BY_GUARDIAN})
RECORDABLE: Final = (State.GIVEN, State.GIVEN_BY_GUARDIAN, State.REFUSED)

TRANSITIONS: Final[frozenset[tuple[State, State]]] = frozenset(
    {
        (State.NOT_ASKED, State.GIVEN),
        (State.NOT_ASKED, State.GIVEN_BY_GUARDIAN),
        (State.NOT_ASKED, State.REFUSED),
        (State.GIVEN, State.WITHDRAWN),
        (State.GIVEN, State.EXPIRED),
        (State.GIVEN_BY_GUARDIAN, State.WITHDRAWN),
        (State.GIVEN_BY_GUARDIAN, State.EXPIRED),
    }
)

SHARING_SCOPES: Final = ("share_with_other_un_entity", "share_with_service_provider")
"""Scopes on which a referral to another agency can rest, the more fitting first."""

GIVEN_HOW: Final = ("in_person", "by_phone", "in_writing", "through_interpreter")
GIVEN_BY: Final = ("person", "guardian")
PURPOSE: Final = "referral"
"""The purpose, as the agreement's flows name it, for which a package travels."""

MAX_WORDS = 5_000


@dataclass(frozen=True, repr=False)
class Draft(Hidden):
    """A consent as an advocate records it. `words` and `best_interest` are personal data.

    `scope` is a code of `consent_scope`; `recipient` an agency of the agreement and `service` a code of
    `assistance_service`, both required for a scope that shares with an agency; `expiry` is the last day it holds.
    """

    scope: str
    state: str = State.GIVEN
    recipient: str = ""
    service: str = ""
    groups: tuple[str, ...] = ()
    given_how: str = "in_person"
    given_by: str = "person"
    language: str = "en"
    given: date | None = None
    expiry: date | None = None
    words: str = ""
    best_interest: str = ""


@dataclass(frozen=True)
class Consent:
    """A recorded consent without the person's words. `withdrawn_by` is `person` or `reporter`."""

    reference: str
    person_reference: str
    scope: str
    recipient: str
    service: str
    groups: tuple[FieldGroup, ...]
    given_how: str
    given_by: str
    state: State
    language: str
    given: date
    expiry: date | None
    version: int
    withdrawn: date | None = None
    withdrawn_by: str | None = None

    def state_on(self, day: date) -> State:
        """The state on a day: a consent that nobody took back ends by itself after its last day."""
        if self.state in HOLDING and self.expiry is not None and day > self.expiry:
            return State.EXPIRED
        return self.state

    def holds_on(self, day: date) -> bool:
        """Whether something may rest on it on that day."""
        return self.state_on(day) in HOLDING

    def allows(self, recipient: str, service: str, day: date) -> bool:
        """Whether a referral to that agency for that service may rest on it on that day."""
        return (
            self.scope in SHARING_SCOPES
            and self.recipient == recipient
            and self.service == service
            and self.holds_on(day)
        )


def moved(consent: Consent, to: State) -> Consent:
    """The consent in its next state; raises `consent_state` where the table has no such step."""
    if (consent.state, to) not in TRANSITIONS:
        raise CONSENT_STATE.error(state=consent.state.value)
    return replace(consent, state=to)


def checked_draft(
    draft: Draft, *, age_category: str, registered: date, agencies: Iterable[str], codes: CodeLists
) -> Draft:
    """The draft as it is kept; raises `invalid_request` with every problem.

    A guardian gives consent only for a child (or somebody of unknown age). For a child the best interest is noted,
    whoever consents. The person's own words are required: a tick is no consent.
    """
    problems = Problems(codes)
    problems.code("scope", "consent_scope", draft.scope)
    if draft.state not in tuple(RECORDABLE):
        problems.add("state", "unknown_code", msgid("Choose one of the values offered."))
    problems.one_of("given_how", draft.given_how, GIVEN_HOW)
    problems.one_of("given_by", draft.given_by, GIVEN_BY)
    problems.code("language", "un_language", draft.language)
    given = problems.past_day("given_date", draft.given, not_before=registered)
    words = problems.text("words", draft.words, most=MAX_WORDS, required=True)
    best_interest = problems.text(
        "best_interest", draft.best_interest, most=MAX_WORDS, required=age_category == "child"
    )
    groups = tuple(group for group in FieldGroup if group.value in draft.groups)
    if set(draft.groups) - {group.value for group in FieldGroup}:
        problems.add("groups", "unknown_code", msgid("Choose one of the values offered."))
    if draft.scope in SHARING_SCOPES:
        if draft.recipient not in set(agencies):
            problems.add("recipient", "unknown_agency", msgid("Choose one of the agencies of the agreement."))
        problems.code("service", "assistance_service", draft.service)
        if not groups and draft.state != State.REFUSED:
            problems.add("groups", "missing", msgid("Choose what may travel: at least one group."))
    if draft.state in HOLDING:
        if draft.expiry is None:
            problems.add("expiry_date", "missing", msgid("Say until which day the consent holds."))
        elif draft.expiry < given:
            problems.add("expiry_date", "too_early", msgid("This date lies before what it follows from."))
        wanted = "guardian" if draft.state == State.GIVEN_BY_GUARDIAN else "person"
        if draft.given_by != wanted:
            problems.add("given_by", "contradiction", msgid("This does not fit the state that you chose."))
    if draft.given_by == "guardian" and age_category == "adult":
        problems.add("given_by", "guardian_of_adult", msgid("An adult's consent is their own."))
    problems.check()
    shares = draft.scope in SHARING_SCOPES
    return replace(
        draft,
        given=given,
        words=words,
        best_interest=best_interest,
        groups=tuple(group.value for group in groups) if shares else (),
        recipient=draft.recipient if shares else "",
        service=draft.service if shares else "",
        expiry=draft.expiry if draft.state in HOLDING else None,
    )


def narrowed(consent: Consent, limits: Sequence[ReporterLimit]) -> tuple[FieldGroup, ...]:
    """The groups that may still travel after what the reporter took back; empty means: nothing.

    Only a refusal that came on or after the day of the consent counts, and it can only narrow: what the reporter
    allows again later does not widen what the person allowed.
    """
    groups = set(consent.groups)
    for limit in limits:
        if limit.state in HOLDING or limit.state == State.NOT_ASKED or limit.changed < consent.given:
            continue
        if limit.scope in ("assistance_services", consent.scope):
            return ()
        if limit.scope == "contact":
            groups.discard(FieldGroup.CONTACT)
    return tuple(group for group in FieldGroup if group in groups)


def fields_of(groups: Iterable[FieldGroup]) -> tuple[str, ...]:
    """Names of the package's fields that the groups cover, in the package's own order of groups."""
    return tuple(name for group in groups for name in FIELDS[group])


def choose(consents: Iterable[Consent], recipient: str, service: str, day: date) -> Consent | None:
    """The consent on which a referral may rest: the one that holds longest; None without any."""
    fitting = [consent for consent in consents if consent.allows(recipient, service, day)]
    return max(fitting, key=lambda consent: (consent.expiry or date.max, consent.given), default=None)
