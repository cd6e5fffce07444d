"""The steps of the main job, in order."""

from collections.abc import Sequence

from concord_stack.walk.steps import cases, checks, disclosure, figures, referral, register, reports, trace
from concord_stack.walk.walk import Step

STEPS: Sequence[Step] = (
    Step("A survivor reports without an account, and comes back with the code; staff report by REST", reports.run),
    Step("A's case officer works the case; a second person confirms; the clocks can be read", cases.run),
    Step("A lists the person on the register; a second person approves", register.run),
    Step("B's recruiter checks candidates whose names are written differently", checks.run),
    Step("A's disclosure officer decides and releases two facts; B sees exactly these", disclosure.run),
    Step("A's advocate refers a victim to C with consent; the consent is withdrawn; C's copy is erased", referral.run),
    Step("Staff see exact counts; the public sees the last release, and nothing new before the next", figures.run),
    Step("One trace from the request through the event log to another agency's service", trace.run),
)
