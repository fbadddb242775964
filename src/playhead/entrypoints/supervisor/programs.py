"""The processes of Playhead, and how each is run."""

import importlib
import sys
from collections.abc import Callable
from functools import partial
from typing import cast

from playhead.base.errors import NotFound
from playhead.entrypoints.recorders import NAME, process_name, process_names
from playhead.entrypoints.settings import MOST_RECORDERS, Exchange, Settings, child_environment
from playhead.entrypoints.supervisor.part import Program

Main = Callable[[Settings], None]

API = "api"
WORKER = "worker"
SERVING = frozenset({API, WORKER})
"""They act for tenants, and never learn how to reach the database as its owner."""

# By order of start; they are stopped in the opposite order, so that what was recorded last still
# finds its way.
MODULES = {
    API: "playhead.entrypoints.http",
    WORKER: "playhead.entrypoints.jobs_worker",
    "sealer": "playhead.entrypoints.sealer",
    "ingest": "playhead.entrypoints.ingest",
    "exchange": "playhead.entrypoints.exchange",
    NAME: "playhead.entrypoints.recorder",
}


class UnknownProgram(NotFound):
    """There is no process of that name."""

    code = "program.unknown"


def programs_of(settings: Settings) -> list[Program]:
    """Return the processes that ``settings`` ask for, by order of start."""
    environment = child_environment(settings)
    serving = child_environment(settings.model_copy(update={"database_url": None}))
    single = [name for name in MODULES if name != NAME]
    if settings.exchange is not Exchange.SIMULATED:
        single.remove("exchange")
    names = [*single, *process_names(settings.recorders)]
    return [
        Program(name, command_of(name), serving if name in SERVING else environment)
        for name in names
    ]


def command_of(name: str) -> tuple[str, ...]:
    """Return the command that runs process ``name`` in the foreground."""
    return (sys.executable, "-P", "-m", "playhead.entrypoints.cli.run", name)


def main_of(name: str) -> Main:
    """Return the main function of process ``name``; only its module is loaded.

    Raises:
        UnknownProgram: There is none.
    """
    if name in MODULES:
        return cast(Main, importlib.import_module(MODULES[name]).main)
    for number in range(2, MOST_RECORDERS + 1):
        if name == process_name(number):
            return partial(importlib.import_module(MODULES[NAME]).main, number=number)
    known = f"{', '.join(MODULES)}, {process_name(2)} to {process_name(MOST_RECORDERS)}"
    raise UnknownProgram(f"there is no process {name!r}; there are {known}")
