"""``playhead status``: what runs, how it is, and the numbers it gives."""

import json
import time
from collections.abc import Mapping
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from playhead.base.time import MICROS_PER_SECOND, Micros, parse_instant
from playhead.entrypoints.settings import load_settings
from playhead.entrypoints.status_file import Status, read_statuses
from playhead.entrypoints.supervisor.home import is_running

SUPERVISOR = "supervisor"
STALE_AFTER = Micros(15 * MICROS_PER_SECOND)
EVERYBODY_HAS = {"name", "pid", "started_at", "updated_at", "state", "parts"}
COLUMNS = ("process", "state", "pid", "uptime", "restarts", "last exit")


def print_status(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Print every process with its state and numbers; exit 0 when all is well, else 1."""
    home = load_settings().home
    now = Micros(time.time_ns() // 1000)
    statuses = read_statuses(home)
    problems = find_problems(statuses, now) if is_running(home) else ["Playhead does not run"]
    if as_json:
        report = {"home": str(home.absolute()), "problems": problems, "statuses": statuses}
        typer.echo(json.dumps(report))
    else:
        _print_tables(statuses, problems, now)
    raise typer.Exit(int(bool(problems)))


def find_problems(statuses: Mapping[str, Status], now: Micros) -> list[str]:
    """Return what is not as it should be in a running Playhead, a sentence each."""
    supervisor = statuses.get(SUPERVISOR)
    if supervisor is None:
        return ["Playhead is starting"]
    problems = [
        f"{part['name']} is {part['state']}"
        for part in parts_of(supervisor)
        if part["state"] != "running"
    ]
    for status in statuses.values():
        age = now - parse_instant(str(status["updated_at"]))
        if age > STALE_AFTER:
            problems.append(f"{status['name']} gave no sign for {span_text(age)}")
    return problems


def parts_of(supervisor: Status) -> list[Status]:
    """Return what the supervisor says of each part, by order of start."""
    parts = supervisor.get("parts")
    return parts if isinstance(parts, list) else []


def span_text(micros: int) -> str:
    """Return a length of time in its two largest units."""
    seconds = max(micros, 0) // MICROS_PER_SECOND
    units = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))
    texts: list[str] = []
    for unit, size in units:
        count, seconds = divmod(seconds, size)
        if count or texts:
            texts.append(f"{count}{unit}")
    return " ".join(texts[:2]) or "0s"


def _print_tables(statuses: Mapping[str, Status], problems: list[str], now: Micros) -> None:
    console = Console(highlight=False, soft_wrap=True)
    supervisor = statuses.get(SUPERVISOR)
    if supervisor is not None:
        console.print(_parts_table(parts_of(supervisor), now))
    for name, status in statuses.items():
        numbers = {key: value for key, value in status.items() if key not in EVERYBODY_HAS}
        if numbers:
            console.print(f"{name}: {', '.join(f'{k} {_plain(v)}' for k, v in numbers.items())}")
    console.print("; ".join(problems) or "all is well", style="red" if problems else "green")


def _parts_table(parts: list[Status], now: Micros) -> Table:
    table = Table(*COLUMNS, box=None, pad_edge=False)
    for part in parts:
        started_at = part["started_at"]
        uptime = "-" if started_at is None else span_text(now - parse_instant(str(started_at)))
        cells = (part["name"], part["state"], part["pid"], uptime)
        table.add_row(*map(_plain, (*cells, part["restarts"], part["last_exit"])))
    return table


def _plain(value: object) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}" if value >= 100_000 else str(value)
        case _:
            return str(value)
