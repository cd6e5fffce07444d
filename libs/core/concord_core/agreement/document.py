"""The agreement as a YAML document: parsed strictly, and written back the same.

A key that no field has, a key given twice or a value of the wrong type refuses the whole document.
"""

import base64
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator, ValidationError

from concord_core.agreement.domain import Agency, Desk, Endpoint, Flow, KeyUse, Node, PublicKey, Purpose, Terms
from concord_core.agreement.errors import UNREADABLE

MAX_BYTES: Final = 4_000_000
RAW_KEY_BYTES: Final = 32

Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
ClientId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,79}$")]
Service = Annotated[str, Field(pattern=r"^(intake|screening|assistance|reporting)$")]
NodeService = Annotated[str, Field(pattern=r"^(intake|screening|assistance|reporting|front)$")]
Domain = Annotated[str, Field(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")]


def _raw_key(value: object) -> bytes:
    """32 raw bytes from base64; ValueError otherwise."""
    content = value if isinstance(value, bytes) else base64.b64decode(str(value), validate=True)
    if len(content) != RAW_KEY_BYTES:
        raise ValueError("a public key has 32 bytes")
    return content


def _moment(value: object) -> datetime:
    """An aware time in UTC from RFC 3339 text; ValueError otherwise."""
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    if moment.tzinfo is None:
        raise ValueError("a time needs its offset")
    return moment.astimezone(UTC)


def _moment_text(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


RawKey = Annotated[
    bytes, PlainValidator(_raw_key), PlainSerializer(lambda key: base64.b64encode(key).decode(), return_type=str)
]
Moment = Annotated[datetime, PlainValidator(_moment), PlainSerializer(_moment_text, return_type=str)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class _Desk(_Part):
    name: str
    email: str
    country: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    deputy: str | None = None


class _Agency(_Part):
    slug: Slug
    entity: str
    name: str
    domain: Domain
    nodes: dict[Service, Slug]
    identity_provider: Slug | None = None
    contact: str | None = None
    desks: tuple[_Desk, ...] = ()
    left_at: Moment | None = None


class _Endpoint(_Part):
    client_id: ClientId
    address: str | None = None


class _Node(_Part):
    slug: Slug
    services: dict[NodeService, _Endpoint]
    receiving_agency: Slug | None = None


class _Key(_Part):
    kid: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,120}$")]
    agency: Slug
    service: Service
    use: KeyUse
    public: RawKey
    not_before: Moment
    not_after: Moment
    revoked_at: Moment | None = None


class _Flow(_Part):
    sender: Slug = Field(alias="from")
    receiver: Slug = Field(alias="to")
    service: Service
    purpose: Purpose
    not_before: Moment
    not_after: Moment


class _Document(_Part):
    version: Annotated[int, Field(ge=1)]
    issued_at: Moment
    operator: Slug
    agencies: tuple[_Agency, ...]
    nodes: tuple[_Node, ...]
    keys: tuple[_Key, ...] = ()
    flows: tuple[_Flow, ...] = ()


class _StrictLoader(yaml.SafeLoader):
    """YAML without duplicate keys, and without aliases, which can make a small file huge."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not allowed")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        if len(keys) != len(set(keys)):
            raise yaml.YAMLError("a key is given twice")
        return super().construct_mapping(node, deep)


def parse(content: bytes) -> Terms:
    """The terms of a document; UNREADABLE (with the first place and reason) otherwise."""
    if len(content) > MAX_BYTES:
        raise UNREADABLE.error(reason="too large")
    try:
        loaded = yaml.load(content, Loader=_StrictLoader)  # noqa: S506 - derives from SafeLoader
        return _terms(_Document.model_validate(loaded))
    except yaml.YAMLError:
        raise UNREADABLE.error(reason="not YAML, or a key twice") from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "document"
        raise UNREADABLE.error(reason=f"{place}: {first['msg']}") from None
    except (TypeError, ValueError, RecursionError):
        raise UNREADABLE.error(reason="not a document of ours") from None


def dump(terms: Terms) -> bytes:
    """The terms as the YAML that `parse` reads; the same terms always give the same bytes."""
    document = _Document(
        version=terms.version,
        issued_at=terms.issued_at,
        operator=terms.operator,
        agencies=tuple(_Agency.model_validate(_plain(agency)) for agency in terms.agencies),
        nodes=tuple(_Node.model_validate(_plain(node)) for node in terms.nodes),
        keys=tuple(_Key.model_validate(_plain(key)) for key in terms.keys),
        flows=tuple(_Flow.model_validate(_plain(flow)) for flow in terms.flows),
    )
    plain = document.model_dump(mode="json", by_alias=True, exclude_none=True)
    return yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=120).encode()


def _plain(value: Any) -> Any:
    """Dataclasses as dictionaries, all the way down."""
    fields = getattr(value, "__dataclass_fields__", None)
    if fields is not None:
        return {name: _plain(getattr(value, name)) for name in fields}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return value


def _terms(document: _Document) -> Terms:
    return Terms(
        version=document.version,
        issued_at=document.issued_at,
        operator=document.operator,
        agencies=tuple(
            Agency(
                slug=agency.slug,
                entity=agency.entity,
                name=agency.name,
                domain=agency.domain,
                nodes=agency.nodes,
                identity_provider=agency.identity_provider,
                contact=agency.contact,
                desks=tuple(Desk(desk.name, desk.email, desk.country, desk.deputy) for desk in agency.desks),
                left_at=agency.left_at,
            )
            for agency in document.agencies
        ),
        nodes=tuple(
            Node(
                slug=node.slug,
                services={
                    service: Endpoint(endpoint.client_id, endpoint.address)
                    for service, endpoint in node.services.items()
                },
                receiving_agency=node.receiving_agency,
            )
            for node in document.nodes
        ),
        keys=tuple(PublicKey(**dict(key)) for key in document.keys),
        flows=tuple(Flow(**dict(flow)) for flow in document.flows),
    )


ADDRESS: Final = re.compile(r"^(\[[0-9a-f:]+\]|[a-z0-9.-]+):[0-9]{1,5}$")
"""What a gRPC address looks like: `host:port`."""
