"""The results as a page."""

from __future__ import annotations

from typing import Any

_ABOUT = """Written by `make bench-screening`; made-up people from a seed; one core. Processor time counts; wall time is
told beside it because others used the machine. Half of the candidates are listed, under another of their names or
a mistyped one; one in ten has no date. A check asks every agency's list; "doors" is a check without comparing
anybody. Memory is what the lists add to a process that has the engine, its model and the tables of every script
loaded (fixed); "first answer" is from the start of a new process that has imported nothing yet."""
_PEERS_ABOUT = """Ours includes finding the candidates among all listed; the peers only score those handed to them. A
pair of two people is a candidate and whom this engine finds most alike, so the pairs are harder for it than for the
peers. Where scores tie, what counts is what a random order of the tied would give ("highest": share of clean checks
in which somebody gets the highest score of all; above .01, recall at 1 % is what is left to chance).
The made-up names are spelled after the same public lists that the engine learned from, so these figures compare
speed and ties fairly, but flatter this engine in scripts; what it does on names of unseen people is in
[screening-engine.md](screening-engine.md)."""


def _table(head: str, rows: list[list[str]]) -> list[str]:
    columns = [column.strip() for column in head.split("|")]
    return ["| " + " | ".join(line) + " |" for line in (columns, ["---"] * len(columns), *rows)]


def _lists(measured: list[dict[str, float]]) -> list[str]:
    speed = [
        [
            f"{m['size']:,.0f}", f"{m['agencies']:.0f}", f"{m['processor p50']:.1f}", f"{m['processor p99']:.1f}",
            f"{m['doors p50']:.1f}", f"{m['doors p99']:.1f}", f"{m['single']:.0f}", f"{m['batch']:.0f}",
            f"{m['wall p50']:.1f}", f"{m['wall p99']:.1f}",
        ]
        for m in measured
    ]  # fmt: skip
    room = [
        [
            f"{m['size']:,.0f}", f"{m['agencies']:.0f}", f"{m['names']:,.0f}", f"{m['resident']:.0f}",
            f"{m['disk']:.0f}", f"{m['fixed'] / 1e6:.0f}", f"{m['build']:.0f}", f"{m['start']:.1f}",
            f"{m['first answer']:.1f}", f"{m['findable p50']:.0f}", f"{m['findable p99']:.0f}",
            f"{m['findable load']:.0f}",
        ]
        for m in measured
    ]  # fmt: skip
    finds = [
        [
            f"{m['size']:,.0f}", f"{m['agencies']:.0f}", f"{m['candidates']:.0f}", f"{m['candidate recall']:.3f}",
            f"{m['recall']:.3f}", f"{m['recall 10']:.3f}",
        ]
        for m in measured
    ]  # fmt: skip
    return [
        "## Full checks",
        "",
        *_table(
            "listed | segments | processor ms p50 | p99 | doors p50 | p99 | checks a second, single | batch | "
            "wall ms p50 | p99",
            speed,
        ),
        "",
        "## Lists",
        "",
        *_table(
            "listed | segments | names | bytes a name in memory | on disk | fixed MB | processor s to build | "
            "s to start | first answer | change to findable ms p50 | p99 | under checks a second",
            room,
        ),
        "",
        "## Finds",
        "",
        *_table("listed | segments | candidates | candidate recall | recall at 1 % | at 10 %", finds),
        "",
    ]


def _beside(result: dict[str, Any]) -> list[str]:
    figures = result["figures"]
    own = figures["this engine"]
    rows = [
        [
            name, f"{f['pairs']:,.0f}", f"{f['ap']:.3f}", f"{f['p50']:.1f}", f"{f['p99']:.1f}", f"{f['recall']:.3f}",
            f"{f['recall 10']:.3f}", f"{f['highest']:.3f}", f"{own['pairs'] / f['pairs']:.2f}",
            f"{f['p50'] / own['p50']:.1f}",
        ]
        for name, f in figures.items()
    ]  # fmt: skip
    head = (
        "| pairs a second | average precision on pairs | ms a check p50 | p99 | recall at 1 % | at 10 % | highest | "
        "pairs, ours / peer | ms, peer / ours"
    )
    return [
        f"## Beside peers: {result['listed']:,} listed, {result['checks']:,} checks, the same candidates",
        "",
        _PEERS_ABOUT,
        "",
        f"{result['versions']}; {result['pairs']:,} pairs.",
        "",
        *_table(head, rows),
        "",
    ]


def page(parts: dict[str, dict[str, Any]], missing: dict[str, str]) -> str:
    """All that was measured; what was not is named with the reason."""
    lists = [part["result"] for part in parts.values() if "size" in part["result"]]
    lists.sort(key=lambda m: (m["size"], m["agencies"]))
    beside = [part["result"] for part in parts.values() if "figures" in part["result"]]
    lines = ["# Benchmarks of the matching engine", "", _ABOUT, ""]
    lines += [*sorted({part["about"] for part in parts.values()}), ""]
    lines += _lists(lists) if lists else []
    for result in beside:
        lines += _beside(result)
    if missing:
        lines += ["## Not measured", "", *(f"* {name}: {reason}" for name, reason in missing.items()), ""]
    return "\n".join(lines)
