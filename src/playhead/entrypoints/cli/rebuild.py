"""``playhead rebuild``: the tape anew from the captures, or proof that it would be the same."""

from contextlib import nullcontext
from typing import Annotated

import typer

from playhead.base.errors import Incomplete
from playhead.entrypoints.embedded import running_postgres
from playhead.entrypoints.rebuild import CheckReport, check_recording, replace_tape
from playhead.entrypoints.settings import Settings, load_settings
from playhead.entrypoints.supervisor.home import is_running
from playhead.storage.migrate import migrate

SHOWN_DIFFERENCES = 10


class TapeDiffers(Incomplete):
    """The tape is not what the captures say."""

    code = "tape.differs"


def rebuild(
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="Change nothing: rebuild beside the tape and compare. Works any time."
        ),
    ] = False,
) -> None:
    """Make the tape anew from the captures: same positions, same segments, same hashes.

    Stop Playhead first, or give --check. Exit status 0: what was there before came out the same.
    """
    settings = load_settings()
    report = check_recording(settings) if check else _replace(settings)
    print_report(report)
    if not report.comparison.is_same:
        raise TapeDiffers("the tape is not what the captures say")


def print_report(report: CheckReport) -> None:
    """Print what a rebuild found, the first differences included."""
    compared = report.comparison
    typer.echo(f"{report.frames:,} frames read again, {report.events:,} changes rebuilt")
    typer.echo(
        f"compared: {compared.segments:,} sealed segments, {compared.rows:,} rows,"
        f" {compared.intervals:,} intervals: "
        + ("all the same" if compared.is_same else f"{len(compared.differences):,} differ")
    )
    for difference in compared.differences[:SHOWN_DIFFERENCES]:
        typer.echo(f"  {difference}")


def _replace(settings: Settings) -> CheckReport:
    embedded = settings.database_url is None and not is_running(settings.home)
    server = running_postgres(settings.home / "postgres") if embedded else nullcontext()
    with server as url:
        if url is not None:
            migrate(url)
        return replace_tape(settings)
