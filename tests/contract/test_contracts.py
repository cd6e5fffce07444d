"""No fact can carry personal data or free text: walked over the descriptors of every contract."""

from collections.abc import Iterator

import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from concord.assistance.v1 import events_pb2 as assistance
from concord.assistance.v1 import service_pb2 as assistance_service
from concord.common.v1 import options_pb2
from concord.intake.v1 import events_pb2 as intake
from concord.intake.v1 import service_pb2 as intake_service
from concord.reporting.v1 import events_pb2 as reporting
from concord.screening.v1 import events_pb2 as screening
from concord.screening.v1 import service_pb2 as screening_service

FACTS = [
    message
    for module in (intake, screening, assistance, reporting)
    for message in module.DESCRIPTOR.message_types_by_name.values()
]
CONTENTS = [
    message
    for module in (intake_service, screening_service, assistance_service)
    for message in module.DESCRIPTOR.message_types_by_name.values()
]


def reachable(message: Descriptor, seen: frozenset[str] = frozenset()) -> Iterator[FieldDescriptor]:
    """Every field that the message or a message within it has."""
    if message.full_name in seen:
        return
    for field in message.fields:
        yield field
        if field.message_type is not None:
            yield from reachable(field.message_type, seen | {message.full_name})


def offences(message: Descriptor) -> list[str]:
    """Fields that a fact must not have: personal ones, and strings that say nothing of what they hold."""
    found = []
    for field in reachable(message):
        options = field.GetOptions()
        personal = options.Extensions[options_pb2.personal]
        text = field.type == FieldDescriptor.TYPE_STRING
        if personal or (text and not options.Extensions[options_pb2.text]) or field.type == FieldDescriptor.TYPE_BYTES:
            found.append(field.full_name)
    return found


@pytest.mark.parametrize("message", FACTS, ids=lambda message: message.full_name)
def test_no_fact_reaches_personal_data_or_free_text(message: Descriptor) -> None:
    assert offences(message) == []


@pytest.mark.parametrize("message", CONTENTS, ids=lambda message: message.full_name)
def test_every_string_between_services_says_what_it_holds(message: Descriptor) -> None:
    unmarked = [
        field.full_name
        for field in message.fields
        if field.type == FieldDescriptor.TYPE_STRING
        and not field.GetOptions().Extensions[options_pb2.personal]
        and not field.GetOptions().Extensions[options_pb2.text]
    ]
    assert unmarked == []


def test_the_walk_finds_an_offence_where_there_is_one() -> None:
    assert "concord.assistance.v1.ReferralPackage.name" in offences(
        assistance_service.DESCRIPTOR.message_types_by_name["ReferralPackage"]
    )
