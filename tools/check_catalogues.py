"""Fails when a message that a page or an error shows has no translation in one of the six languages."""

import sys

from concord_core.web.catalogue import main

PACKAGES = (
    "concord_core.web",
    "concord_front",
    "concord_intake",
    "concord_screening",
    "concord_victim_assistance",
    "concord_reporting",
)

if __name__ == "__main__":
    sys.exit(main(PACKAGES))
