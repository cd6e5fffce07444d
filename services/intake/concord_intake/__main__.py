"""`python -m concord_intake {serve|relay|consume|migrate|all} --config FILE`."""

import sys

from concord_core.runtime import run
from concord_intake.app import SERVICE

if __name__ == "__main__":
    sys.exit(run(SERVICE))
