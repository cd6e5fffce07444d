"""Tells once, as a fact of the operator, that a version of the agreement took effect."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from concord.reporting.v1.events_pb2 import AgreementApplied
from concord_core.agreement import Agreement
from concord_core.storage import Actor, Database


def announce_agreement(database: Database, agreement: Agreement, path: Path, *, node: str) -> None:
    """Publishes `AgreementApplied` for this version, on the operator's node only; a repeat does nothing."""
    if not agreement.hosts(node, agreement.operator):
        return
    now = datetime.now(UTC)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    with database.work(agreement.operator, actor=Actor(kind="job", subject="reporting.agreement")) as work:
        work.conn.execute(text("select pg_advisory_xact_lock(hashtext('concord.agreement'))"))
        new = work.conn.scalar(
            text("insert into applied_agreements values (:version, :digest, :at) on conflict do nothing returning 1"),
            {"version": agreement.version, "digest": digest, "at": now},
        )
        if new is None:
            return
        sequence = work.conn.scalar(text("select count(*) from applied_agreements"))
        work.emit(
            "reporting",
            "agreement",
            int(sequence or 1),
            AgreementApplied(
                agreement_version=agreement.version, agreement_sha256=digest, applied_date=now.date().isoformat()
            ),
        )
