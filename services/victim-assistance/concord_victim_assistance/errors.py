"""Every way in which victim-assistance refuses something, beside the codes that all services share."""

from collections.abc import Mapping
from typing import Final

from concord_core.errors import ErrorCode, ErrorKind
from concord_core.web.marks import msgid

NEED_STATUS: Final[Mapping[str, str]] = {
    "recorded": msgid("Recorded"),
    "offered": msgid("Offered"),
    "provided": msgid("Provided"),
    "declined": msgid("Declined by the person"),
}
"""Where a need stands, in words; no published code list has it."""

HANDOVER_OPENED = ErrorCode(
    "handover_opened", ErrorKind.CONFLICT, "This request for help was opened already. The record is %(person)s."
)
NEED_STATE = ErrorCode(
    "need_state",
    ErrorKind.CONFLICT,
    "This need is %(status)s now, so that this step does not follow. Load the page again.",
    {"status": NEED_STATUS},
)
CONSENT_STATE = ErrorCode(
    "consent_state",
    ErrorKind.CONFLICT,
    "This consent is %(state)s, so that this step does not follow. Load the page again.",
    {"state": "consent_state"},
)
CONSENT_MISSING = ErrorCode(
    "consent_missing",
    ErrorKind.CONFLICT,
    "The person has not allowed this: there is no valid consent with the scope %(scope)s for %(recipient)s and this"
    " service. Nothing was sent. Ask the person first.",
    {"scope": "consent_scope", "recipient": "agency"},
)
CONSENT_ENDED = ErrorCode(
    "consent_ended",
    ErrorKind.CONFLICT,
    "The consent that this rests on does not hold any more. Nothing was handed over.",
)
NOTHING_ALLOWED = ErrorCode(
    "nothing_allowed",
    ErrorKind.CONFLICT,
    "What the person still allows leaves nothing that could be sent. Nothing was sent.",
)
FLOW_MISSING = ErrorCode(
    "flow_missing",
    ErrorKind.CONFLICT,
    "The agreement between the agencies does not let %(recipient)s receive referrals now. Nothing was sent."
    " Choose another agency.",
    {"recipient": "agency"},
)
REFERRAL_STATE = ErrorCode(
    "referral_state",
    ErrorKind.CONFLICT,
    "This referral is %(status)s, so that this step does not follow. Load the page again.",
    {"status": "referral_status"},
)
NOT_PROVIDED = ErrorCode(
    "not_provided", ErrorKind.CONFLICT, "Say first on which day the service was provided, then end the referral."
)
PREVIEW_CHANGED = ErrorCode(
    "preview_changed",
    ErrorKind.CONFLICT,
    "What may be sent has changed since it was shown. Look at it again. Nothing was sent.",
)
NOT_OPENED = ErrorCode("not_opened", ErrorKind.CONFLICT, "Nobody here has opened this referral yet. Open it first.")
COPY_ERASED = ErrorCode(
    "copy_erased",
    ErrorKind.CONFLICT,
    "The person's data was erased here on %(day)s and cannot be opened again.",
    {"day": "date"},
)
REFERRAL_ENDED = ErrorCode(
    "referral_ended", ErrorKind.CONFLICT, "This referral has ended. Its content cannot be opened any more."
)
