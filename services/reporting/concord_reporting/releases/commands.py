"""Publishes a release: all or nothing, in one transaction with its fact."""

import hashlib
from datetime import UTC, date, datetime

from concord.reporting.v1.events_pb2 import ReleasePublished
from concord_core.agreement import Agreement
from concord_core.storage import Actor, Database
from concord_core.vault import KeyService
from concord_reporting.errors import FACTS_SET_ASIDE, NOT_THE_OPERATOR, VINTAGE_OUT_OF_ORDER
from concord_reporting.projections.commands import exact_parts, standing
from concord_reporting.releases import domain, store

SIGNATURE_CONTEXT = b"concord-release-v1\x00"


def publish(
    database: Database, agreement: Agreement, keys: KeyService, *, node: str, vintage: date, actor: Actor
) -> store.Release:
    """Publishes what the projections hold for days up to `vintage`, rounded, signed by the operator.

    Raises `not_the_operator` on a node that does not host the operator, `facts_set_aside` while a fact is not counted:
    a total that misses facts is not published; `vintage_out_of_order` for a day that is to come, or before that of the
    last release: the public page would go back to fewer reports.
    """
    operator = agreement.operator
    if not agreement.hosts(node, operator):
        raise NOT_THE_OPERATOR.error(operator=operator)
    with database.work(operator, actor=actor) as work:
        found = standing(work.conn)
        if found.head.set_aside:
            raise FACTS_SET_ASIDE.error(count=found.head.set_aside)
        published = datetime.now(UTC).date()
        store.one_at_a_time(work.conn)
        last = store.find(work.conn)
        if vintage > published or (last is not None and vintage < last.vintage):
            raise VINTAGE_OUT_OF_ORDER.error(last=last.vintage.isoformat() if last else "–")
        release_id = domain.next_id(published, store.ids(work.conn))
        parts = domain.published_parts(exact_parts(work.conn, found, vintage))
        files: dict[str, bytes] = {}
        for key, cells in domain.exact_tables(parts).items():
            table = domain.protected(key, cells)
            files[f"{key}.csv"] = domain.as_csv(table)
            files[f"{key}.json"] = domain.as_json(table, release=release_id, published=published, vintage=vintage)
        manifest = domain.manifest(
            release=release_id, published=published, vintage=vintage, facts=found.head.facts, files=files
        )
        content = domain.canonical(manifest)
        kid, signature = keys.sign(operator, "reporting", SIGNATURE_CONTEXT + content)
        release = store.Release(release_id, published, vintage, manifest, hashlib.sha256(content).hexdigest())
        store.insert(
            work.conn, release, signing_key_id=kid, signature=signature, files=files, sources=domain.sources(parts)
        )
        work.emit(
            "reporting",
            release_id,
            1,
            ReleasePublished(
                published_date=published.isoformat(),
                vintage_date=vintage.isoformat(),
                manifest_sha256=release.manifest_sha256,
            ),
        )
        work.audit("release.published", release_id, purpose="public figures")
    return release
