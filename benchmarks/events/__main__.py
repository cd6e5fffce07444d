"""`python -m benchmarks.events`: prints the rows of both engines as a table."""

from rich.console import Console
from rich.table import Table

from benchmarks.events.run import rows

table = Table("what", "ours", "peer or limit", "ours / peer", title="Facts: outbox → log → inbox")
for row in rows():
    table.add_row(row.what, row.ours, row.peer, row.ratio)
Console(width=140).print(table)
