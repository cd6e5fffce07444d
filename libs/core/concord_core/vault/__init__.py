"""Keys and what is encrypted with them: column ciphers per record, sealed form fields, the keyring behind
them."""

from concord_core.vault.domain import RecordCipher, Wrapped
from concord_core.vault.keyring import FileKeyring
from concord_core.vault.keys import KeyService
from concord_core.vault.sealed import SealedBox
from concord_core.vault.vault import Vault

__all__ = ["FileKeyring", "KeyService", "RecordCipher", "SealedBox", "Vault", "Wrapped"]
