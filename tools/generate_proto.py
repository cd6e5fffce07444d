"""Generates the Python of the contracts: messages, gRPC stubs and their type stubs, into `libs/contracts/concord/`.

The output is not committed; `make setup` calls this whenever a contract changed. The old output is replaced as a whole,
so that a message that was removed leaves nothing behind.
"""

import os
import shutil
import sys
from importlib import resources
from pathlib import Path

from grpc_tools import protoc

ROOT = Path(__file__).resolve().parent.parent
PROTO = ROOT / "proto"
OUTPUT = ROOT / "libs" / "contracts"


def main() -> int:
    """Returns protoc's exit code; 0 is success."""
    # protoc looks its plugins up on the PATH; they lie beside this interpreter.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    sources = sorted(str(path.relative_to(PROTO)) for path in PROTO.glob("concord/**/*.proto"))
    package = OUTPUT / "concord"
    shutil.rmtree(package, ignore_errors=True)
    package.mkdir(parents=True)
    services = [source for source in sources if source.endswith("service.proto")]
    include = str(resources.files("grpc_tools") / "_proto")
    paths = [f"--proto_path={PROTO}", f"--proto_path={include}"]
    failed = protoc.main(["protoc", *paths, f"--python_out={OUTPUT}", f"--mypy_out=quiet:{OUTPUT}", *sources])
    if failed:
        return int(failed)
    failed = protoc.main(
        ["protoc", *paths, f"--grpc_python_out={OUTPUT}", f"--mypy_grpc_out=quiet:{OUTPUT}", *services]
    )
    for folder in [package, *(path for path in package.rglob("*") if path.is_dir())]:
        (folder / "__init__.py").touch()
        (folder / "py.typed").touch()
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
