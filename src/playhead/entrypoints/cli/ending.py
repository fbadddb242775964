"""How a command ends: an error becomes one sentence and an exit code, never a traceback."""

import errno
import os
import sys
from collections.abc import Callable

import typer

from playhead.base.errors import (
    Conflict,
    Forbidden,
    Incomplete,
    Invalid,
    LimitReached,
    NotFound,
    PlayheadError,
    Unauthenticated,
    Unavailable,
)

OTHER = 1
INTERRUPTED = 130
EXIT_CODES: dict[type[PlayheadError], int] = {
    Invalid: 2,
    Incomplete: 3,
    NotFound: 4,
    Conflict: 5,
    LimitReached: 6,
    Unavailable: 7,
    Unauthenticated: 8,
    Forbidden: 8,
}


def run_to_end(command: Callable[[], object], *, debug: bool = False) -> int:
    """Run ``command`` and return the exit code; ``debug`` lets errors through instead."""
    try:
        command()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except (PlayheadError, OSError, KeyboardInterrupt) as error:
        if debug:
            raise
        return _explain(error)
    return 0


def exit_code(error: PlayheadError) -> int:
    """Return the code of the kind that ``error`` is."""
    kinds = type(error).__mro__
    return next((EXIT_CODES[kind] for kind in kinds if kind in EXIT_CODES), OTHER)


def _explain(error: BaseException) -> int:
    match error:
        case PlayheadError():
            _say(error.message)
            return exit_code(error)
        case KeyboardInterrupt():
            return INTERRUPTED
        case BrokenPipeError():
            # Whoever read our output (`| head`) has enough; nothing may be flushed at the end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        case OSError(errno=errno.ENOSPC):
            _say(f"the disk is full: {error.filename or 'nothing more can be written'}")
        case _:
            _say(str(error))
    return OTHER


def _say(sentence: str) -> None:
    typer.secho(f"playhead: {sentence}", err=True, fg=typer.colors.RED)
