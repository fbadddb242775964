"""``playhead capture``: import, check and print captures."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from playhead.base.time import Nanos, format_instant, to_micros
from playhead.entrypoints.settings import load_settings
from playhead.history.capture import (
    Capture,
    CaptureReader,
    CaptureStore,
    DamagedCaptures,
    Imported,
    Kind,
    Report,
    frame_lines,
    import_recording,
    record_lines,
    verify,
)

app = typer.Typer(name="capture", help="Raw frames as recorded.", no_args_is_help=True)


def _kind(text: str) -> Kind:
    try:
        return Kind[text.upper()]
    except KeyError as error:
        names = ", ".join(kind.name.lower() for kind in Kind)
        raise typer.BadParameter(f"{text!r} is none of {names}") from error


@app.command("import")
def import_files(
    files: Annotated[
        list[Path],
        typer.Argument(exists=True, dir_okay=False, help=".frames.jsonl or .frames.jsonl.zst"),
    ],
    name: Annotated[str | None, typer.Option(help="Name of the capture.")] = None,
    use_yes_price: Annotated[
        bool, typer.Option("--use-yes-price", help="NO prices were recorded as YES prices.")
    ] = False,
) -> None:
    """Make a capture of each FILE; the same content only once."""
    store = _store()
    for file in files:
        with _progress(file.name, 2 * file.stat().st_size) as progress:
            imported = import_recording(
                store, file, name=name, use_yes_price=use_yes_price, progress=progress
            )
        typer.echo(_import_line(file, imported))


@app.command("verify")
def verify_captures(
    names: Annotated[list[str] | None, typer.Argument(help="Number or name; all if none.")] = None,
) -> None:
    """Read every record of each capture and check that all of it is there and whole."""
    store = _store()
    captures = [store.find(name) for name in names] if names else store.captures()
    damaged = []
    for capture in captures:
        with _progress(capture.folder.name, capture.durable_offset()) as progress:
            report = verify(capture, progress)
        typer.echo(_report_line(capture, report))
        if not report.is_sound:
            damaged.append(capture.folder.name)
    if damaged:
        raise DamagedCaptures(damaged)


@app.command("cat")
def print_records(
    name: Annotated[str, typer.Argument(help="Number or name.")],
    from_offset: Annotated[
        int, typer.Option("--from", min=0, help="Start at the record with this offset.")
    ] = 0,
    kinds: Annotated[
        list[Kind] | None,
        typer.Option("--kind", parser=_kind, metavar="KIND", help="Records of this kind, in full."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Records of every kind, in full.")] = False,
) -> None:
    """Print the frames as they were imported, one JSON object a line."""
    with CaptureReader(_store().find(name).folder) as reader:
        wanted = set(Kind) if every else set(kinds or ())
        lines = (
            record_lines(reader, wanted, from_offset)
            if wanted
            else frame_lines(reader, from_offset)
        )
        for line in lines:
            sys.stdout.buffer.write(line + b"\n")


@app.command("list")
def list_captures() -> None:
    """Print every capture: where from, how much, whether it is still open."""
    for capture in _store().captures():
        state = "finished" if capture.is_finished() else "open"
        size = _size(capture.durable_offset(), capture.stored_bytes())
        created = format_instant(to_micros(capture.meta.created_at))
        typer.echo(f"{capture.folder.name}  {state}  {size}  {created}  {capture.meta.source}")


def _store() -> CaptureStore:
    return CaptureStore(load_settings().home / "captures", lambda: Nanos(time.time_ns()))


def _import_line(file: Path, imported: Imported) -> str:
    folder = imported.capture.folder.name
    if not imported.is_new:
        return f"{file.name}: nothing to do, its content is the capture {folder} already"
    return f"{file.name}: now the capture {folder}"


def _report_line(capture: Capture, report: Report) -> str:
    verdict = "OK" if report.is_sound else "DAMAGED"
    parts = [
        _count(report.records, "record"),
        _count(report.frames, "frame"),
        _count(len(report.connections), "connection"),
        _size(report.end, report.stored_bytes),
    ]
    if report.first_at is not None and report.last_at is not None:
        first, last = (format_instant(to_micros(at)) for at in (report.first_at, report.last_at))
        parts.append(f"{first} to {last}")
    if report.lost_bytes:
        parts.append(f"{report.lost_bytes:,} durable bytes were lost")
    if report.fault is not None:
        parts.append(report.fault.message)
    return f"{capture.folder.name}  {verdict}  {', '.join(parts)}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _size(whole: int, stored: int) -> str:
    return f"{whole:,} bytes ({stored:,} on the disk)"


@contextmanager
def _progress(title: str, total: int) -> Iterator[Callable[[int], None]]:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(
        *columns,
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as progress:
        task = progress.add_task(title, total=total)
        yield lambda read: progress.advance(task, read)
