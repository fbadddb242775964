"""How far a run has got: a bar on a terminal, nothing elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from playhead.entrypoints.chaos import OnProgress


@contextmanager
def shown_progress(faults: int) -> Iterator[OnProgress]:
    """Show progress while the context lasts; give whom to tell of it."""
    columns = (TextColumn("{task.description:<45}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    with Progress(
        *columns, TimeElapsedColumn(), console=console, disable=not console.is_terminal
    ) as progress:
        task = progress.add_task("starting", total=faults)

        def on_progress(doing: str, over: int) -> None:
            progress.update(task, description=doing, completed=over, total=max(faults, over))

        yield on_progress
