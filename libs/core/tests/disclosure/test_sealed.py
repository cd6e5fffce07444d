"""Sealed disclosures: opened by the agency and for the record they were made for, by nobody and nothing else."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concord.common.v1.disclosure_pb2 import SealedDisclosure
from concord_core.agreement import Agreement
from concord_core.disclosure import commitment, open_sealed, seal
from concord_core.disclosure.errors import NO_FLOW, NOT_OPENED
from concord_core.errors import ConcordError
from tests.support.trust import TrustWorld, trust_world

PAYLOAD = "Ana Pérez, +000 000".encode()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrustWorld]:
    with trust_world(tmp_path_factory.mktemp("trust")) as made:
        yield made


def made(
    world: TrustWorld, *, owner: str = "unicef", recipient: str = "unfpa", purpose: str = "referral"
) -> SealedDisclosure:
    return seal(
        world.agreement,
        world.keyring(),
        owner=owner,
        recipient=recipient,
        service="assistance",
        reference="R-1",
        purpose=purpose,
        payload=PAYLOAD,
    )


def opened(world: TrustWorld, sealed: SealedDisclosure, *, recipient: str = "unfpa", node: str = "unfpa") -> bytes:
    return open_sealed(
        world.agreement, world.keyring(node), sealed, recipient=recipient, service="assistance", reference="R-1"
    )


def refused(code: str, call: Callable[[], object]) -> None:
    with pytest.raises(ConcordError) as caught:
        call()
    assert caught.value.code == code


def copied(sealed: SealedDisclosure, **changes: str | bytes) -> SealedDisclosure:
    copy = SealedDisclosure()
    copy.CopyFrom(sealed)
    for name, value in changes.items():
        setattr(copy, name, value)
    return copy


def test_the_recipient_opens_what_the_owner_sealed(world: TrustWorld) -> None:
    sealed = made(world)
    assert opened(world, sealed) == PAYLOAD
    assert PAYLOAD not in sealed.SerializeToString()


def test_another_agency_cannot_open_it(world: TrustWorld) -> None:
    sealed = made(world)
    refused(NOT_OPENED.code, lambda: opened(world, sealed, recipient="wfp", node="hub"))
    renamed = copied(sealed, recipient="wfp")
    refused(NOT_OPENED.code, lambda: opened(world, renamed, recipient="wfp", node="hub"))
    own_key = world.agreement.sealing_key("wfp", "assistance", datetime.now(UTC))
    rekeyed = copied(renamed, sealing_key_id=own_key.kid)
    refused(NOT_OPENED.code, lambda: opened(world, rekeyed, recipient="wfp", node="hub"))


def test_the_owner_cannot_open_what_it_sealed_to_another(world: TrustWorld) -> None:
    refused(NOT_OPENED.code, lambda: opened(world, made(world), node="hub"))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("owner", "unhcr"),
        ("reference", "R-2"),
        ("purpose", "screening"),
        ("service", "screening"),
        ("sealed_time", "2026-01-01T00:00:00.000000+00:00"),
        ("sealed_time", "yesterday"),
        ("signing_key_id", "nobody"),
        ("sealing_key_id", "nobody"),
        ("ciphertext", b""),
        ("signature", bytes(64)),
    ],
)
def test_nothing_about_it_can_be_changed(world: TrustWorld, field: str, value: str | bytes) -> None:
    changed = copied(made(world), **{field: value})
    refused(
        NOT_OPENED.code,
        lambda: open_sealed(
            world.agreement, world.keyring("unfpa"), changed, recipient="unfpa", service=changed.service
        ),
    )


def test_a_package_about_another_record_or_of_another_owner_is_refused(world: TrustWorld) -> None:
    keys, sealed = world.keyring("unfpa"), made(world)
    others: list[dict[str, Any]] = [{"reference": "R-2"}, {"owner": "unhcr"}]
    for asked in others:
        refused(
            NOT_OPENED.code,
            partial(open_sealed, world.agreement, keys, sealed, recipient="unfpa", service="assistance", **asked),
        )


def test_another_agency_cannot_sign_as_the_owner(world: TrustWorld) -> None:
    forged = made(world, owner="unhcr")
    forged.owner = "unicef"
    refused(NOT_OPENED.code, lambda: opened(world, forged))


def test_a_revoked_key_is_believed_for_nothing_and_an_ended_one_for_what_it_signed(world: TrustWorld) -> None:
    sealed = made(world)
    now = datetime.now(UTC)

    def with_key(**changes: Any) -> Agreement:
        keys = tuple(
            replace(key, **changes) if key.kid == sealed.signing_key_id else key for key in world.agreement.keys
        )
        return replace(world.agreement, keys=keys)

    keyring = world.keyring("unfpa")
    ended = with_key(not_after=now + timedelta(seconds=1))
    later = now + timedelta(days=1)
    assert open_sealed(ended, keyring, sealed, recipient="unfpa", service="assistance", now=later) == PAYLOAD
    for agreement in (with_key(revoked_at=later), with_key(not_after=now - timedelta(hours=1))):
        refused(
            NOT_OPENED.code,
            partial(open_sealed, agreement, keyring, sealed, recipient="unfpa", service="assistance"),
        )


def test_another_service_of_the_agency_opens_what_was_sealed_to_it(world: TrustWorld) -> None:
    """unfpa's intake is hosted by the hub, its assistance by its own node: only the latter can open this."""
    sealed = seal(
        world.agreement,
        world.keyring(),
        owner="unfpa",
        recipient="unfpa",
        service="intake",
        recipient_service="assistance",
        reference="R-1",
        purpose="referral",
        payload=PAYLOAD,
    )

    def at(node: str, **more: Any) -> bytes:
        keys = world.keyring(node)
        return open_sealed(world.agreement, keys, sealed, recipient="unfpa", service="intake", **more)

    assert at("unfpa", recipient_service="assistance") == PAYLOAD
    refused(NOT_OPENED.code, lambda: at("hub", recipient_service="assistance"))
    refused(NOT_OPENED.code, lambda: at("unfpa"))
    refused(NOT_OPENED.code, lambda: at("unfpa", recipient_service="screening"))


def test_no_flow_no_disclosure(world: TrustWorld) -> None:
    refused(NO_FLOW.code, lambda: made(world, purpose="statistics"))
    refused(NO_FLOW.code, lambda: made(world, purpose="curiosity"))
    refused(NO_FLOW.code, lambda: made(world, recipient="nobody"))


def test_each_package_has_its_own_commitment(world: TrustWorld) -> None:
    first, second = made(world), made(world)
    assert commitment(first) == commitment(copied(first))
    assert commitment(first) != commitment(second)
    assert len(commitment(first)) == 64


@settings(max_examples=50)
@given(content=st.binary(max_size=400))
def test_bytes_that_are_no_package_open_nothing(world: TrustWorld, content: bytes) -> None:
    sealed = copied(made(world), ciphertext=content)
    refused(NOT_OPENED.code, lambda: opened(world, sealed))
