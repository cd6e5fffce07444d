"""A node's keys as files of one folder that only its own user can read.

    <folder>/node.key                                   the node's own secret
    <folder>/<agency>/index.key                         secret behind the index keys
    <folder>/<agency>/periods/2026-11.key               wraps the data keys of records made in that month
    <folder>/<agency>/<service>/{signing,sealing}/<kid>.key

Every file is 32 raw bytes, mode 0600, written whole or not at all; several processes may share the folder.
Destroying a period key makes every record of that month unreadable.
"""

import os
import secrets
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from concord_core.vault.domain import KEY_BYTES, Wrapped, bound, decrypt, encrypt
from concord_core.vault.errors import KEY_MISSING

_SUFFIX: Final = ".key"
SIGNER_SECONDS: Final = 2.0


class FileKeyring:
    """KeyService over a folder of mode 0700. Safe for threads; files are read once and kept in memory."""

    def __init__(self, folder: Path, *, now: Callable[[], datetime] | None = None) -> None:
        self._folder = folder
        self._now = now or (lambda: datetime.now(UTC))
        self._lock = threading.Lock()
        self._cache: dict[Path, bytes] = {}
        self._signers: dict[tuple[str, str], tuple[float, str, Ed25519PrivateKey]] = {}

    # --- making -------------------------------------------------------------------------------------------

    def create(self) -> None:
        """Makes the folder and the node's own secret; changes nothing that is there."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder.chmod(0o700)
        self._made(self._folder / f"node{_SUFFIX}")

    def create_agency(self, agency: str) -> None:
        """Makes the secrets of a hosted agency that no service signs or seals with; changes nothing there
        is."""
        self._made(self._folder / agency / f"index{_SUFFIX}")

    def create_key(self, agency: str, service: str, use: str) -> tuple[str, bytes]:
        """Makes a signing or sealing key pair and gives `(kid, public 32 raw bytes)`.

        Kids sort by the time when they were made, so that the newest is found without the agreement.
        """
        stamp = self._now().strftime("%Y%m%dT%H%M%S")
        kid = f"{agency}.{service}.{use}.{stamp}.{secrets.token_hex(4)}"
        private = self._made(self._pairs(agency, service, use) / f"{kid}{_SUFFIX}")
        self._signers.pop((agency, service), None)
        if use == "signing":
            return kid, Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
        return kid, X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()

    # --- KeyService ---------------------------------------------------------------------------------------

    def wrap(self, agency: str, key: bytes) -> Wrapped:
        period = self._now().strftime("%Y-%m")
        self._read(self._folder / agency / f"index{_SUFFIX}")  # an agency not hosted here gets no period key
        period_key = self._made(self._period(agency, period))
        return Wrapped(period, encrypt(period_key, key, _wrapping(agency, period)))

    def unwrap(self, agency: str, wrapped: Wrapped) -> bytes:
        period_key = self._read(self._period(agency, wrapped.period))
        return decrypt(period_key, wrapped.blob, _wrapping(agency, wrapped.period))

    def index_key(self, agency: str, purpose: str) -> bytes:
        secret = self._read(self._folder / agency / f"index{_SUFFIX}")
        return _derived(secret, "concord-index-v1", agency, purpose)

    def signing_kid(self, agency: str, service: str) -> str:
        return self._signer(agency, service)[0]

    def sign(self, agency: str, service: str, data: bytes) -> tuple[str, bytes]:
        kid, key = self._signer(agency, service)
        return kid, key.sign(data)

    def unseal_key(self, kid: str) -> X25519PrivateKey:
        match kid.split("."):
            case [agency, service, "sealing", _, _]:
                path = self._pairs(agency, service, "sealing") / f"{kid}{_SUFFIX}"
                return X25519PrivateKey.from_private_bytes(self._read(path))
        raise KEY_MISSING.error()

    def node_key(self, purpose: str) -> bytes:
        return _derived(self._read(self._folder / f"node{_SUFFIX}"), "concord-node-v1", purpose)

    def _signer(self, agency: str, service: str) -> tuple[str, Ed25519PrivateKey]:
        """The newest signing key, looked for every SIGNER_SECONDS: a relay signs thousands of facts a second."""
        known = self._signers.get((agency, service))
        if known is not None and known[0] > time.monotonic():
            return known[1:]
        kid = self._newest(agency, service, "signing")
        private = self._read(self._pairs(agency, service, "signing") / f"{kid}{_SUFFIX}")
        key = Ed25519PrivateKey.from_private_bytes(private)
        self._signers[agency, service] = time.monotonic() + SIGNER_SECONDS, kid, key
        return kid, key

    # --- files --------------------------------------------------------------------------------------------

    def _pairs(self, agency: str, service: str, use: str) -> Path:
        return self._folder / agency / service / use

    def _period(self, agency: str, period: str) -> Path:
        return self._folder / agency / "periods" / f"{period}{_SUFFIX}"

    def _newest(self, agency: str, service: str, use: str) -> str:
        folder = self._pairs(agency, service, use)
        kids = [path.name.removesuffix(_SUFFIX) for path in folder.glob(f"*{_SUFFIX}")]
        if not kids:
            raise KEY_MISSING.error()
        return max(kids)

    def _read(self, path: Path) -> bytes:
        with self._lock:
            cached = self._cache.get(path)
            if cached is not None:
                return cached
            self._inside(path)
            try:
                content = path.read_bytes()
            except FileNotFoundError:
                raise KEY_MISSING.error() from None
            if len(content) != KEY_BYTES:
                raise KEY_MISSING.error()
            self._cache[path] = content
            return content

    def _inside(self, path: Path) -> None:
        """A name that climbs out of the folder names no key of ours: none is read there, none is made."""
        if self._folder.resolve() not in path.resolve().parents:
            raise KEY_MISSING.error()

    def _closed_folder(self, folder: Path) -> None:
        """Makes a folder and those above it, each closed to others: `parents=True` would leave those open."""
        if folder != self._folder:
            self._closed_folder(folder.parent)
            folder.mkdir(mode=0o700, exist_ok=True)

    def _made(self, path: Path) -> bytes:
        """The key of that file, made first if there is none: linked into place, so the first of several
        wins."""
        self._inside(path)
        if path not in self._cache and not path.exists():
            self._closed_folder(path.parent)
            draft = path.with_name(f".{secrets.token_hex(8)}")
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(os.urandom(KEY_BYTES))
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(draft, path)
            except FileExistsError:
                pass  # another process was first: its key counts
            finally:
                draft.unlink()
        return self._read(path)


def _wrapping(agency: str, period: str) -> bytes:
    return bound("concord-data-key-v1", agency, period)


def _derived(secret: bytes, *purpose: str) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=bound(*purpose)).derive(secret)
