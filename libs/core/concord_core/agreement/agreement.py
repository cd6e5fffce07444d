"""The agreement that a process believes: a signed file, never an older one than this node has seen."""

import hashlib
import json
import secrets
from dataclasses import fields
from pathlib import Path

from concord_core.agreement.document import parse
from concord_core.agreement.domain import Peer, Terms
from concord_core.agreement.errors import DOWNGRADE, REWRITTEN, UNKNOWN_PEER, UNREADABLE, UNSIGNED
from concord_core.agreement.signature import signature_path, verify


class Agreement(Terms):
    """Terms whose signature was checked. Services get theirs by `load` and nothing else."""

    @classmethod
    def load(cls, path: Path, operator_key: str, *, memory: Path | None = None) -> "Agreement":
        """Reads and believes an agreement file.

        `operator_key`: the pinned key, base64 of 32 raw bytes. `memory`: a file of this node, in which the
        highest version seen is kept. Raises UNSIGNED, DOWNGRADE (a lower version than seen), REWRITTEN
        (the same version with other content) or UNREADABLE.
        """
        try:
            content = path.read_bytes()
            signature = signature_path(path).read_text(encoding="ascii")
        except FileNotFoundError:
            raise UNREADABLE.error(reason="the file or its signature is missing") from None
        except UnicodeDecodeError:
            raise UNSIGNED.error() from None
        return cls.believe(content, signature, operator_key, memory=memory)

    @classmethod
    def believe(cls, content: bytes, signature: str, operator_key: str, *, memory: Path | None = None) -> "Agreement":
        """As `load`, from the bytes."""
        verify(content, signature, operator_key)
        terms = parse(content)
        if memory is not None:
            _remember(memory, terms.version, hashlib.sha256(content).hexdigest())
        return cls(**{field.name: getattr(terms, field.name) for field in fields(Terms)})

    def client(self, client_id: str) -> Peer:
        """Node and service of a client of the exchange; UNKNOWN_PEER when the agreement names no such
        client."""
        found = self.clients.get(client_id)
        if found is None:
            raise UNKNOWN_PEER.error()
        node, service = found
        return Peer(self.node(node).services[service].address or "", client_id, node, service)


def _remember(memory: Path, version: int, digest: str) -> None:
    """Refuses what is older than the memory, then remembers."""
    if memory.exists():
        seen = json.loads(memory.read_text(encoding="ascii"))
        if version < seen["version"]:
            raise DOWNGRADE.error(offered=version, seen=seen["version"])
        if version == seen["version"]:
            if digest != seen["sha256"]:
                raise REWRITTEN.error(seen=version)
            return
    draft = memory.with_name(f".{memory.name}.{secrets.token_hex(4)}")
    draft.write_text(json.dumps({"version": version, "sha256": digest}), encoding="ascii")
    draft.replace(memory)
