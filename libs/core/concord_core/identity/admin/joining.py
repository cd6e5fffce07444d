"""Joining and leaving as an operator does it: agreement first, then every system that enforces it, then the login.

Repeats change nothing: no new version without a change, no write where nothing differs.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import ValidationError

from concord_core.agreement import SERVICES, Agency, Agreement, Terms
from concord_core.agreement.checks import changes_forbidden, problems
from concord_core.agreement.document import dump
from concord_core.agreement.keymaking import make_keys
from concord_core.agreement.signature import operator_key, sign, signature_path
from concord_core.agreement.targets import Target
from concord_core.identity.admin.access import AdminAccess
from concord_core.identity.admin.keycloak import KeycloakAdministration
from concord_core.identity.admin.keycloak_target import KeycloakTarget
from concord_core.identity.admin.log_targets import EmbeddedTarget, KafkaTarget
from concord_core.identity.admin.settings import Administration
from concord_core.vault import FileKeyring

_KEY_LIFE = timedelta(days=365)


class RefusedError(Exception):
    """The operator asked for something that the agreement does not bear; the text says what."""


@dataclass(frozen=True)
class NewAgency:
    """What must be known of an agency that is not in the agreement yet."""

    entity: str
    name: str
    domain: str
    node: str


def onboard(settings: Administration, slug: str, new: NewAgency | None, *, now: datetime | None = None) -> list[str]:
    """The agency in the agreement, with keys, enforced everywhere, able to sign in; returns what changed.

    Raises RefusedError.
    """
    at = now or datetime.now(UTC)
    old = settings.in_force()
    draft: Terms = old
    if slug not in {agency.slug for agency in old.agencies}:
        if new is None:
            raise RefusedError(f"{slug} is not in the agreement: say its entity, name and domain")
        draft = replace(_plain(old), agencies=(*old.agencies, _agency(settings, slug, new)))
        _check_form(draft)
    elif old.agency(slug).left_at is not None:
        draft = _with(old, replace(old.agency(slug), left_at=None))
    for node, keyring in settings.keyrings.items():
        if node in draft.agency(slug).nodes.values():
            draft = make_keys(draft, FileKeyring(keyring), [slug], node=node, now=at, life=_KEY_LIFE)
    changes = _publish(settings, old, draft, at)
    agreement = settings.in_force()
    for target in _targets(settings):
        changes += [f"{change.action} {change.kind} {change.name}" for change in target.apply(agreement)]
    if settings.keycloak is not None:
        provider = settings.keycloak.provider(slug)
        administration = KeycloakAdministration(AdminAccess.of(settings.keycloak))
        changes += administration.onboard(agreement.agency(slug), agreement, provider)
    return changes


def offboard(settings: Administration, slug: str, *, now: datetime | None = None) -> list[str]:
    """Ends the agency's sign-in, its keys, its flows and its permissions, and its node's clients when no other agency
    is hosted there. What it published stays readable for those who might read it until now, and believed: its entry
    and its revoked keys remain in the agreement."""
    at = now or datetime.now(UTC)
    old = settings.in_force()
    old.agency(slug)
    if slug == old.operator:
        raise RefusedError("the operator cannot leave: pin another operator's key first")
    changes: list[str] = []
    if settings.keycloak is not None:
        changes += KeycloakAdministration(AdminAccess.of(settings.keycloak)).offboard(slug)
    if old.agency(slug).left_at is None:
        changes += _publish(settings, old, _left(old, slug, at.replace(microsecond=0)), at)
    agreement = settings.in_force()
    for target in _targets(settings):
        changes += [f"{change.action} {change.kind} {change.name}" for change in target.apply(agreement)]
    return changes


def _with(terms: Terms, agency: Agency) -> Terms:
    return replace(_plain(terms), agencies=tuple(agency if a.slug == agency.slug else a for a in terms.agencies))


def _left(terms: Terms, slug: str, at: datetime) -> Terms:
    """The terms after the agency left: nothing leads to it any more, what leads from it ends now, its keys are
    revoked."""
    staying = [flow for flow in terms.flows if flow.receiver != slug]
    flows = [replace(flow, not_after=min(flow.not_after, at)) if flow.sender == slug else flow for flow in staying]
    keys = [replace(key, revoked_at=at) if key.agency == slug and key.valid(at) else key for key in terms.keys]
    left = _with(terms, replace(terms.agency(slug), left_at=at))
    return replace(left, flows=tuple(flow for flow in flows if flow.not_before < flow.not_after), keys=tuple(keys))


def _agency(settings: Administration, slug: str, new: NewAgency) -> Agency:
    own = settings.keycloak is not None and slug in settings.keycloak.providers
    return Agency(slug, new.entity, new.name, new.domain, dict.fromkeys(SERVICES, new.node), slug if own else None)


def _plain(terms: Terms) -> Terms:
    """The terms without the claim that their signature was checked."""
    return Terms(**{name: getattr(terms, name) for name in Terms.__dataclass_fields__})


def _check_form(draft: Terms) -> None:
    """Refuses a name or a domain that no agreement can hold, before keys are made for it."""
    try:
        dump(draft)
    except ValidationError as error:
        problems = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_input=False)]
        raise RefusedError("; ".join(problems)) from None


def _publish(settings: Administration, old: Agreement, draft: Terms, at: datetime) -> list[str]:
    """Signs the draft as the next version if it differs from the one in force."""
    if dump(draft) == dump(old):
        return []
    terms = replace(_plain(draft), version=old.version + 1, issued_at=at.replace(microsecond=0))
    if found := [*problems(terms, at), *changes_forbidden(old, terms)]:
        raise RefusedError("; ".join(found))
    path, content = settings.agreement.path, dump(terms)
    signature, signed = sign(content, operator_key(settings.agreement.signing_key)), signature_path(path)
    # Two files cannot change at once: both signatures stand while the content changes, so that a crash in between
    # leaves an agreement that services believe and the next try can follow.
    _replace(signed, f"{signed.read_text(encoding='ascii').strip()}\n{signature}\n".encode())
    _replace(path, content)
    _replace(signed, f"{signature}\n".encode())
    return [f"agreement: version {terms.version} signed"]


def _replace(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.new")
    with draft.open("wb") as file:
        draft.chmod(0o600)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _targets(settings: Administration) -> Sequence[Target]:
    found: list[Target] = []
    if settings.keycloak is not None:
        found.append(KeycloakTarget(settings.keycloak))
    if settings.kafka is not None:
        found.append(KafkaTarget(settings.kafka))
    if settings.embedded is not None:
        found.append(EmbeddedTarget(settings.embedded))
    return found
