"""What a version of the agreement must fulfil beyond its form, in itself and against the version before."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from concord_core.agreement.document import ADDRESS
from concord_core.agreement.domain import KEY_USES, SERVICES, Terms


def problems(terms: Terms, at: datetime) -> list[str]:
    """Contradictions inside one version, in words for its operator; empty when it holds together.

    `at` is the moment at which every hosted service must have valid keys.
    """
    return [*_names(terms), *_hosting(terms), *_references(terms), *_keys(terms, at)]


def changes_forbidden(old: Terms, new: Terms) -> list[str]:
    """What a new version does that no version may: keep or lower its number, drop or alter a key, drop an agency,
    another operator."""
    found = []
    if new.version <= old.version:
        found.append(f"version {new.version} does not follow version {old.version}")
    if new.operator != old.operator:
        found.append("the operator cannot change by a version; pin a new operator key instead")
    named = {agency.slug for agency in new.agencies}
    dropped = [agency.slug for agency in old.agencies if agency.slug not in named]
    found += [f"agency {slug} is dropped; say when it left instead" for slug in dropped]
    kept = {key.kid: key for key in new.keys}
    for key in old.keys:
        now = kept.get(key.kid)
        if now is None:
            found.append(f"key {key.kid} is dropped; revoke it instead")
        elif (now.agency, now.service, now.use, now.public, now.not_before) != (
            key.agency,
            key.service,
            key.use,
            key.public,
            key.not_before,
        ):
            found.append(f"key {key.kid} is altered")
        elif key.revoked_at is not None and (now.revoked_at is None or now.revoked_at > key.revoked_at):
            found.append(f"key {key.kid} was revoked and is no longer, or later")
    return found


def _names(terms: Terms) -> Iterator[str]:
    named = {
        "agency": [agency.slug for agency in terms.agencies],
        "domain": [agency.domain for agency in terms.agencies],
        "identity provider": [a.identity_provider for a in terms.agencies if a.identity_provider is not None],
        "node": [node.slug for node in terms.nodes],
        "key": [key.kid for key in terms.keys],
        "public key": [key.public.hex() for key in terms.keys],
        "client id": [endpoint.client_id for node in terms.nodes for endpoint in node.services.values()],
    }
    for what, values in named.items():
        for value, times in Counter(values).items():
            if times > 1:
                yield f"{what} {value} stands {times} times"


def _hosting(terms: Terms) -> Iterator[str]:
    nodes = {node.slug: node for node in terms.nodes}
    for agency in terms.agencies:
        if not agency.nodes:
            yield f"agency {agency.slug} is hosted nowhere"
        for service, slug in agency.nodes.items():
            node = nodes.get(slug)
            if node is None:
                yield f"agency {agency.slug}: node {slug} is not in the agreement"
            elif service not in node.services:
                yield f"agency {agency.slug}: node {slug} does not run {service}"
    for node in terms.nodes:
        for service, endpoint in node.services.items():
            if service in SERVICES and (endpoint.address is None or not ADDRESS.match(endpoint.address)):
                yield f"node {node.slug}: {service} needs an address host:port"
        receiving = node.receiving_agency
        if receiving is not None and not terms.hosts(node.slug, receiving, "intake"):
            yield f"node {node.slug}: its receiving agency {receiving} is not hosted there for intake"


def _references(terms: Terms) -> Iterator[str]:
    known = {agency.slug for agency in terms.agencies}
    if terms.operator not in {agency.slug for agency in terms.members}:
        yield f"the operator {terms.operator} is not an agency of the agreement"
    for flow in terms.flows:
        name = f"flow {flow.sender} to {flow.receiver} ({flow.service}, {flow.purpose})"
        if unknown := {flow.sender, flow.receiver} - known:
            yield f"{name}: unknown agency {', '.join(sorted(unknown))}"
        if flow.sender == flow.receiver:
            yield f"{name}: an agency needs no flow to itself"
        if flow.not_after <= flow.not_before:
            yield f"{name}: ends before it begins"


def _keys(terms: Terms, at: datetime) -> Iterator[str]:
    known = {agency.slug for agency in terms.agencies}
    for key in terms.keys:
        if key.agency not in known:
            yield f"key {key.kid}: unknown agency {key.agency}"
        if key.not_after <= key.not_before:
            yield f"key {key.kid}: ends before it begins"
    for agency in terms.members:
        for service in agency.nodes:
            for use in KEY_USES:
                if not any(key.valid(at) for key in terms.keys_of(agency.slug, service, use)):
                    yield f"agency {agency.slug}: no valid {use} key for {service}"
