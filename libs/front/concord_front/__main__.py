"""`python -m concord_front {serve|migrate|all} --config FILE`."""

import sys

from concord_core.runtime import run
from concord_front.app import SERVICE

if __name__ == "__main__":
    sys.exit(run(SERVICE))
