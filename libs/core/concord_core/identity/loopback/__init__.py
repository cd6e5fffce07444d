"""An OpenID issuer for one machine: the claims of the real one, invented people instead of passwords."""

from concord_core.identity.loopback.app import create_issuer
from concord_core.identity.loopback.directory import CLI_CLIENT, Directory
from concord_core.identity.loopback.settings import Client, Person

__all__ = ["CLI_CLIENT", "Client", "Directory", "Person", "create_issuer"]
