"""The ``playhead`` command: its sub-commands, and how errors end it."""

import sys
from collections.abc import Iterable
from importlib import import_module
from importlib.metadata import version
from typing import Annotated, NoReturn

import typer

from playhead.entrypoints.cli.ending import run_to_end

DEBUG = "--debug"

# Where each sub-command is. Only the one that was named is loaded: a book need not wait until the
# migrations' library is there.
COMMANDS = {
    "demo": ("demo", "run_demo"),
    "up": ("up", "start_everything"),
    "status": ("status", "print_status"),
    "markets": ("markets", "print_markets"),
    "book": ("book", "print_book"),
    "coverage": ("coverage", "print_coverage"),
    "verify": ("verify", "verify_answer"),
    "capture": ("capture", "app"),
    "rebuild": ("rebuild", "rebuild"),
    "keys": ("keys", "app"),
    "users": ("users", "app"),
    "orgs": ("orgs", "app"),
    "doctor": ("doctor", "print_findings"),
    "chaos": ("chaos", "run_faults"),
    "worker": ("worker", "do_jobs"),
    "run": ("run", "run_program"),
}


def app_with(names: Iterable[str]) -> typer.Typer:
    """Return the command line with these sub-commands."""
    app = typer.Typer(
        help="Every Kalshi order book, at any instant.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback()(options)
    for name in names:
        module, attribute = COMMANDS[name]
        command = getattr(import_module(f"playhead.entrypoints.cli.{module}"), attribute)
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name)
        else:
            app.command(name)(command)
    return app


def named_in(words: Iterable[str]) -> list[str]:
    """Return the sub-command that is named first, or all of them where none is."""
    named = [word for word in words if word in COMMANDS]
    return named[:1] or list(COMMANDS)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"playhead {version('playhead')}")
        raise typer.Exit


def options(
    debug: Annotated[bool, typer.Option(DEBUG, help="Show where an error came from.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Hold the options of every sub-command; `run` looks for them by itself."""


def run() -> NoReturn:
    """Run the command line and exit: an error becomes one sentence and a code."""
    words = sys.argv[1:]
    sys.exit(run_to_end(lambda: app_with(named_in(words))(), debug=DEBUG in words))
