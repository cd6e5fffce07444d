"""Where the stack keeps things on one machine; nothing lands in the checkout.

* the **cache** (`$XDG_CACHE_HOME/concord`, else `~/.cache/concord`): downloaded artifacts, built
  distributions, ready-made databases. Safe to delete at any time.
* a **run folder** per running stack: configuration, keys, logs, and data that lives as long as the run.
"""

import os
import shutil
import tempfile
from pathlib import Path


def cache_folder(*parts: str) -> Path:
    """A folder of the cache, made if missing, readable by its owner only."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    folder = Path(base, "concord", *parts)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def run_folder(name: str) -> Path:
    """The run folder of the stack called `name`, made if missing.

    It lies in the machine's folder for temporary files because a server that root starts as a plain user
    must be able to reach it, which it cannot under root's home. The mode lets others pass, not list.
    """
    base = Path(tempfile.gettempdir(), f"concord-{os.getuid()}")
    base.mkdir(mode=0o711, exist_ok=True)
    owner = base.stat().st_uid
    if owner != os.getuid():
        raise PermissionError(f"the run folder belongs to user id {owner}: remove it or set TMPDIR")
    folder = base / name
    folder.mkdir(mode=0o711, exist_ok=True)
    return folder


def keep_logs(folder: Path) -> None:
    """Removes what a run left in its folder (data, keys, settings), except its logs."""
    for path in folder.iterdir():
        if path.is_dir() and path.name != "logs":
            shutil.rmtree(path)
        elif not path.is_dir():
            path.unlink()
