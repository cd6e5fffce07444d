"""Checks that every relative link and image in the repository's Markdown leads to a file that exists.

Prints each broken link with its file and line; exit code 1 if there is one.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"\]\(([^)\s]+)\)")


def broken_links(page: Path) -> list[str]:
    """Returns `file:line: target` for each link of `page` that leads nowhere."""
    found = []
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        for target in LINK.findall(line):
            path = target.split("#")[0]
            if path and "://" not in path and not target.startswith("mailto:") and not (page.parent / path).exists():
                found.append(f"{page.relative_to(ROOT)}:{number}: {target}")
    return found


def main() -> int:
    """Returns the exit code."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    problems = [link for name in listed.stdout.split() for link in broken_links(ROOT / name)]
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
