"""A Playhead with small scripts in place of its own processes. Run as a script it is `up`."""

import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from playhead.entrypoints.cli.ending import run_to_end
from playhead.entrypoints.settings import Settings, load_settings
from playhead.entrypoints.supervisor.part import Part, Program
from playhead.entrypoints.supervisor.running import running
from playhead.entrypoints.supervisor.supervisor import StopAsked


def program(name: str, script: str) -> Program:
    """A process that runs ``script``."""
    return Program(name, (sys.executable, "-I", "-c", script), {"PATH": "/usr/bin:/bin"})


def programs_in(folder: Path) -> Callable[[Settings], Sequence[Part]]:
    """A process for every ``<name>.py`` of ``folder``."""
    files = sorted(folder.glob("*.py"))
    return lambda settings: [program(file.stem, file.read_text()) for file in files]


def up(scripts: Path) -> None:
    """Run until a signal."""
    with (
        suppress(StopAsked),
        running(load_settings(), lambda sentence: None, programs_in(scripts)) as playhead,
    ):
        print("started", flush=True)
        playhead.supervisor.run(on_tick=lambda: None, until=lambda: False)


if __name__ == "__main__":
    sys.exit(run_to_end(lambda: up(Path(sys.argv[1]))))
