"""`python -m concord_reporting {serve|relay|consume|migrate|all} --config FILE`."""

import sys

from concord_core.runtime import run
from concord_reporting.app import SERVICE

if __name__ == "__main__":
    sys.exit(run(SERVICE))
