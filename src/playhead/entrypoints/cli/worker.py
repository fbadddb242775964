"""``playhead worker``: jobs done in the foreground."""

import os
from typing import Annotated

import typer

from playhead.entrypoints.jobs_worker import new_options, run_worker
from playhead.entrypoints.settings import load_settings


def do_jobs(
    slots: Annotated[int, typer.Option(min=1, max=4096, help="Jobs at a time.")] = 64,
    drain_seconds: Annotated[
        float, typer.Option(min=0, help="How long jobs may go on once it is to stop.")
    ] = 30.0,
    lease_seconds: Annotated[
        float,
        typer.Option(min=1, help="After so long without a sign of us others take our jobs."),
    ] = 15.0,
    most_per_org: Annotated[
        int, typer.Option(min=1, help="Jobs of one organisation at a time, in all workers.")
    ] = 32,
) -> None:
    """Do jobs until Ctrl-C, beside the worker that `playhead up` runs or on another machine.

    It uses the database and the Valkey of the settings. At the end it takes no more jobs, lets
    those under way finish, and puts back the ones that take too long.
    """
    options = new_options(
        slots=slots,
        drain_seconds=drain_seconds,
        lease_seconds=lease_seconds,
        most_per_org=most_per_org,
    )
    typer.echo("Ctrl-C stops it, once what runs has finished", err=True)
    run_worker(load_settings(), options, status_name=f"worker-{os.getpid()}")
    typer.echo("stopped", err=True)
