"""What one version of the agreement changes against another, thing by thing."""

from collections.abc import Hashable, Iterator, Mapping

from concord_core.agreement.domain import Terms
from concord_core.agreement.targets import Change


def differences(old: Terms, new: Terms) -> Iterator[Change]:
    """Everything that is added, changed or removed, derived topics and permissions included."""
    before, after = _things(old), _things(new)
    for kind in after:
        yield from _of_kind(kind, before[kind], after[kind])


def _of_kind(kind: str, before: Mapping[Hashable, object], after: Mapping[Hashable, object]) -> Iterator[Change]:
    for name in sorted({*before, *after}, key=str):
        if name not in before:
            yield Change("add", kind, str(name))
        elif name not in after:
            yield Change("remove", kind, str(name))
        elif before[name] != after[name]:
            yield Change("change", kind, str(name))


def _things(terms: Terms) -> Mapping[str, Mapping[Hashable, object]]:
    return {
        "agency": {agency.slug: agency for agency in terms.agencies},
        "node": {node.slug: node for node in terms.nodes},
        "key": {key.kid: key for key in terms.keys},
        "flow": {
            f"{flow.sender} to {flow.receiver}, {flow.service}, {flow.purpose}": (flow.not_before, flow.not_after)
            for flow in terms.flows
        },
        "topic": dict.fromkeys(terms.topics()),
        "acl": {
            f"{acl.principal} may {acl.operation} {acl.resource} {acl.name}{'*' if acl.prefixed else ''}": None
            for acl in terms.acls()
        },
    }
