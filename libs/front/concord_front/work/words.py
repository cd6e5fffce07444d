"""The names of services and of kinds of work, as people see them."""

from __future__ import annotations

from collections.abc import Mapping

from concord_core.codes import CodeLists
from concord_core.web import Translator
from concord_core.web.marks import msgid

SERVICES: Mapping[str, str] = {
    "intake": msgid("Cases"),
    "screening": msgid("Screening"),
    "assistance": msgid("Assistance"),
    "reporting": msgid("Data"),
}
KINDS: Mapping[str, str] = {
    "call_back": msgid("child to call back"),
    "listing_withdrawal": msgid("listing"),
    "listing_approval": msgid("listing"),
    "listing_correction": msgid("listing"),
    "listing_review": msgid("listing"),
    "review": msgid("request about a candidate"),
    "late_review": msgid("request about a candidate"),
    "screening": msgid("candidate"),
    "assistance_request": msgid("request for help"),
    "referral": msgid("referral sent"),
    "referral_received": msgid("referral received"),
    "erasure": msgid("erasure"),
    "consent": msgid("consent"),
    "facts": msgid("facts"),
}


def kind(words: Translator, codes: CodeLists, code: str) -> str:
    """What an item is about: one of ours, else an allegation type, else nothing: a code is not a word."""
    if code in KINDS:
        return words.gettext(KINDS[code])
    return words.code("allegation_type", code) if codes.has("allegation_type", code) else ""
