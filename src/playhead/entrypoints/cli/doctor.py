"""``playhead doctor``: is everything as it should be, and what to do where it is not."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console

from playhead.entrypoints.cli.readers import clock_now
from playhead.entrypoints.cli.tables import plain_console
from playhead.entrypoints.doctor import SETTINGS, Finding, Level, examine, has_problem, problem
from playhead.entrypoints.settings import InvalidSetting, load_settings

STYLES = {
    Level.OK: "green",
    Level.WARNING: "yellow",
    Level.PROBLEM: "red",
    Level.UNCHECKED: "dim",
}
LEVEL_WIDTH = max(map(len, Level))
CHECK_WIDTH = 13


def print_findings(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Check settings, secrets, disk, ports, database, roles, policies, clocks, servers, audit logs.

    It works whether Playhead runs or not, and changes nothing. Exit 1 when there is a problem.
    """
    found = asyncio.run(_examine(plain_console(), as_json=as_json))
    raise typer.Exit(int(has_problem(found)))


async def _examine(console: Console, *, as_json: bool) -> list[Finding]:
    found = []
    async for finding in findings():
        found.append(finding)
        if not as_json:
            show(console, finding)
    if as_json:
        typer.echo(json.dumps({"findings": [asdict(each) for each in found]}))
    else:
        console.print(summary(found), style="red" if has_problem(found) else "green")
    return found


async def findings() -> AsyncIterator[Finding]:
    """Return what is found, one after the other."""
    try:
        settings = load_settings()
    except InvalidSetting as error:
        yield problem(SETTINGS, error.message, "correct the variable; README.md lists them")
        return
    async for finding in examine(settings, clock_now):
        yield finding


def show(console: Console, finding: Finding) -> None:
    """Print one finding, with what to do below it."""
    level, check = finding.level.ljust(LEVEL_WIDTH), finding.check.ljust(CHECK_WIDTH)
    console.print(level, style=STYLES[finding.level], end="  ", markup=False)
    console.out(f"{check}  {finding.says}")
    if finding.remedy:
        console.out(f"{'':{LEVEL_WIDTH + CHECK_WIDTH + 4}}{finding.remedy}")


def summary(found: Sequence[Finding]) -> str:
    """Return how many there are of what matters."""
    counts = {level: sum(each.level is level for each in found) for level in Level}
    bad = [
        _count(counts[level], level.value)
        for level in (Level.PROBLEM, Level.WARNING)
        if counts[level]
    ]
    skipped = counts[Level.UNCHECKED]
    if not skipped:
        return ", ".join(bad) or "all is well"
    rest = f"{_count(skipped, 'check')} could not be made"
    return f"{', '.join(bad) or 'no problem was found'}; {rest}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
