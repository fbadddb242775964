"""``playhead run``: one process in the foreground.

`playhead up` runs this module itself, so that a process loads only what it needs.
"""

import sys
from typing import Annotated

import typer

from playhead.entrypoints.cli.ending import run_to_end
from playhead.entrypoints.settings import load_settings
from playhead.entrypoints.supervisor.programs import main_of


def run_program(
    name: Annotated[
        str, typer.Argument(help="api, sealer, ingest, exchange, recorder, recorder-2, ...")
    ],
) -> None:
    """Run the process NAME alone, until Ctrl-C."""
    main_of(name)(load_settings())


if __name__ == "__main__":
    sys.exit(run_to_end(lambda: run_program(sys.argv[1])))
