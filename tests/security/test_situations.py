"""Every row of the table "What happens when" of docs/errors.md is tried, once, and nothing is tried that is no row."""

import re

from tests.security import test_bad_facts, test_bad_input, test_down
from tests.security.situations import PAGE, situations


def test_every_row_of_the_page_is_tried_and_every_trial_stands_there() -> None:
    table = PAGE.read_text(encoding="utf-8").partition("## What happens when\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (?!situation|---)([^|]+) \|", table, re.MULTILINE)
    tried = [name for module in (test_bad_facts, test_bad_input, test_down) for name in situations(module)]
    assert len(rows) > 20
    assert sorted(rows) == sorted(tried)
