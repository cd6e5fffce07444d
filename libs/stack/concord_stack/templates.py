"""Configuration files made from the templates under `deploy/`, which other ways of running share."""

import os
from pathlib import Path
from string import Template

DEPLOY = Path(__file__).resolve().parents[3] / "deploy"


def fill(template: str, **values: str | int) -> str:
    """The template `deploy/<template>` with every `${name}` replaced; a missing name is a `KeyError`."""
    return Template((DEPLOY / template).read_text()).substitute(values)


def write_private(path: Path, content: str | bytes) -> Path:
    """Write a file that only its owner may read, at no moment readable by others."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode() if isinstance(content, str) else content
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    return path
