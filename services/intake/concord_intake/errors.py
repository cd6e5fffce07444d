"""How intake refuses: every code that a request to it can end in, beside those that all services share."""

from __future__ import annotations

from concord_core.errors import ConcordError, ErrorCode, ErrorKind, FieldError
from concord_core.web.marks import msgid

DATE_ORDER = ErrorCode(
    "date_order", ErrorKind.INVALID, "The dates of this case would not be in order. Nothing was changed."
)
DATE_IN_FUTURE = ErrorCode("date_in_future", ErrorKind.INVALID, "A date lies in the future. Nothing was changed.")
DATE_TOO_EARLY = ErrorCode(
    "date_too_early",
    ErrorKind.INVALID,
    "This date lies before 1945, when the United Nations began. Check the year; nothing was changed.",
)
MISSING_START = ErrorCode(
    "missing_start",
    ErrorKind.CONFLICT,
    "A step that comes before this one is missing. Nothing was changed. Record that step first.",
)
FORBIDDEN_COMBINATION = ErrorCode(
    "forbidden_combination", ErrorKind.INVALID, "Two of these answers do not go together. Nothing was changed."
)
STAGE_REFUSES = ErrorCode(
    "stage_refuses",
    ErrorKind.CONFLICT,
    "The case is at a stage where this cannot be done: %(stage)s. The page of the case says what can be done next.",
    {"stage": "case_stage"},
)
NOTHING_PROPOSED = ErrorCode(
    "nothing_proposed", ErrorKind.CONFLICT, "There is no proposal to answer. Load the case again."
)
ALREADY_PROPOSED = ErrorCode(
    "already_proposed", ErrorKind.CONFLICT, "A proposal is waiting for a second person. It must be answered first."
)
CLOCK_REFUSES = ErrorCode(
    "clock_refuses",
    ErrorKind.CONFLICT,
    "The clock cannot do this now: %(reason)s.",
    {
        "reason": {
            "ended": msgid("it has ended"),
            "paused": msgid("it is paused already"),
            "not_paused": msgid("it is not paused"),
            "breached": msgid("others have been told that it was missed"),
        }
    },
)
CALL_BACK_DONE = ErrorCode(
    "call_back_done", ErrorKind.CONFLICT, "This call has been recorded already. Nothing was changed."
)
RECEIPT_UNKNOWN = ErrorCode(
    "receipt_unknown", ErrorKind.NOT_FOUND, "We do not know this code. Check each group of digits and try again."
)
RECEIPT_MALFORMED = ErrorCode(
    "receipt_malformed", ErrorKind.INVALID, "This is not a whole code. It has nine groups of four digits."
)
HANDOVER_UNKNOWN = ErrorCode(
    "handover_unknown", ErrorKind.NOT_FOUND, "There is no such request for help for the caller."
)


def field_error(definition: ErrorCode, path: str) -> ConcordError:
    """The error, pointing at one field too, so that a form can show it there."""
    return definition.error(fields=[FieldError(path, definition.code, definition.message)])
