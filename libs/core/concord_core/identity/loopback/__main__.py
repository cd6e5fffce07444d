"""`python -m concord_core.identity.loopback SETTINGS.toml`: serves the issuer on this machine until it is stopped."""

import os
import sys
from pathlib import Path

import uvicorn

from concord_core.agreement import Agreement
from concord_core.errors import ConcordError
from concord_core.identity.loopback.app import create_issuer
from concord_core.identity.loopback.directory import Directory
from concord_core.identity.loopback.guard import HOST, RefusedError, refuse_servers
from concord_core.identity.loopback.settings import load_clients, load_people, load_settings


def main(arguments: list[str]) -> int:
    """Exit code 0 when stopped, 2 when it refuses to start."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m concord_core.identity.loopback SETTINGS.toml\n")
        return 2
    try:
        settings = load_settings(Path(arguments[0]))
        agreement = Agreement.load(settings.agreement, settings.operator_key)
        clients = load_clients(settings.clients)
        refuse_servers(settings, agreement, clients, os.environ)
        app = create_issuer(settings.issuer, Directory(agreement, load_people(settings.people), clients))
    except (ConcordError, RefusedError, OSError, ValueError) as error:
        sys.stderr.write(f"the loopback issuer does not start: {error}\n")
        return 2
    sys.stderr.write(f"loopback issuer {settings.issuer}: invented people, no passwords, for this machine only\n")
    uvicorn.run(app, host=HOST, port=settings.port, access_log=False, log_config=None, server_header=False)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
