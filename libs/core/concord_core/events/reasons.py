"""Why a record was set aside without a rule having refused it: stable codes, which `docs/errors.md` explains.

Every code that exists is a `Reason`, so that a catalogue of all of them can be drawn. A rule's refusal is set aside
under the refusal's own code, a mistake of ours under the name of its exception.
"""

from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True)
class Reason:
    """`kind` is that of the letter; `meaning` says what is wrong, `remedy` what the operator does, in plain words."""

    code: str
    kind: Literal["not_believed", "parked", "any"]
    meaning: str
    remedy: str


MALFORMED_HEADERS: Final = Reason(
    "malformed_headers",
    "not_believed",
    "A header is missing, comes twice or is not what the binding says (id, time, sequence, names, content type).",
    "Find out what wrote it: no program of ours does. Drop it.",
)
WRONG_AGENCY: Final = Reason(
    "wrong_agency",
    "not_believed",
    "The agency that it names is not the one of the topic.",
    "Treat it as an attempt to speak for another agency: ask who may write that topic. Drop it.",
)
WRONG_SERVICE: Final = Reason(
    "wrong_service",
    "not_believed",
    "Its type belongs to another service than the topic.",
    "As for `wrong_agency`: a service wrote what is not its own to say. Drop it.",
)
WRONG_SOURCE: Final = Reason(
    "wrong_source",
    "not_believed",
    "Its source names another service than the topic.",
    "As for `wrong_agency`. Drop it.",
)
WRONG_SUBJECT: Final = Reason(
    "wrong_subject",
    "not_believed",
    "It lies under another key than the record that it speaks of, or under none.",
    "It was moved: the log, or who may write to it, was tampered with. Drop it.",
)
UNKNOWN_KEY: Final = Reason(
    "unknown_key",
    "not_believed",
    "The agreement that is loaded here has no key of that id.",
    "Compare the versions of the agreement on both nodes; once the newer one is loaded here, retry.",
)
WRONG_KEY: Final = Reason(
    "wrong_key",
    "not_believed",
    "The key is in the agreement, but as another agency's, another service's or for another use.",
    "Ask the agency whether it signs with that key. If the agreement is wrong, sign a new one and retry; else drop it.",
)
KEY_NOT_VALID: Final = Reason(
    "key_not_valid",
    "not_believed",
    "The key was not valid when the log took the record: too early, ended or revoked.",
    "If the agreement has wrong days for the key, sign a new one and retry. Else drop it: nobody may speak with it.",
)
BAD_SIGNATURE: Final = Reason(
    "bad_signature",
    "not_believed",
    "The signature is not that of the key over these bytes: altered, or signed by somebody else.",
    "Treat it as tampering. Ask the agency for what it sent; drop it.",
)
UNDECODABLE: Final = Reason(
    "undecodable",
    "not_believed",
    "Signed by its agency, but the bytes are no message of its type.",
    "The two nodes run different contracts: bring this one up to date, then retry.",
)
UNKNOWN_TYPE: Final = Reason(
    "unknown_type",
    "any",
    "Tried again, by a program that has no handler for its type any more. The letter keeps its kind.",
    "Run the version that had the handler and retry, or drop it.",
)
BEHIND_REFUSED: Final = Reason(
    "behind_refused",
    "parked",
    "Nothing is wrong with it: an earlier fact of the same record is refused, and it waits behind that.",
    "Retry or drop the refused one: what waits behind it is tried with it.",
)
