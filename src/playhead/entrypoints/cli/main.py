"""The ``playhead`` command: its sub-commands, and how errors end it."""

import sys
from importlib.metadata import version
from typing import Annotated, NoReturn

import typer

from playhead.entrypoints.cli.book import print_book
from playhead.entrypoints.cli.capture import app as capture
from playhead.entrypoints.cli.demo import run_demo
from playhead.entrypoints.cli.ending import run_to_end
from playhead.entrypoints.cli.markets import print_markets
from playhead.entrypoints.cli.rebuild import rebuild
from playhead.entrypoints.cli.run import run_program
from playhead.entrypoints.cli.status import print_status
from playhead.entrypoints.cli.up import start_everything

DEBUG = "--debug"

app = typer.Typer(
    help="Every Kalshi order book, at any instant.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("demo")(run_demo)
app.command("up")(start_everything)
app.command("status")(print_status)
app.command("markets")(print_markets)
app.command("book")(print_book)
app.add_typer(capture, name="capture")
app.command("rebuild")(rebuild)
app.command("run")(run_program)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"playhead {version('playhead')}")
        raise typer.Exit


@app.callback()
def options(
    debug: Annotated[bool, typer.Option(DEBUG, help="Show where an error came from.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Hold the options of every sub-command; `run` looks for them by itself."""


def run() -> NoReturn:
    """Run the command line and exit: an error becomes one sentence and a code."""
    sys.exit(run_to_end(app, debug=DEBUG in sys.argv))
