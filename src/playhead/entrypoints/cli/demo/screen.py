"""Where the live view goes: redrawn in place on a terminal, a line now and then elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live

from playhead.entrypoints.cli.demo.numbers import line_of, table_of

LINE_SECONDS = 5.0


class Screen:
    """Shows the newest numbers, and sentences above them that stay."""

    def __init__(self, console: Console, live: Live | None) -> None:
        self._console = console
        self._live = live
        self._started = time.monotonic()
        self._line_due = 0.0

    @property
    def elapsed(self) -> float:
        """Seconds since it was opened."""
        return time.monotonic() - self._started

    def show(self, cells: dict[str, str]) -> None:
        """Show ``cells`` instead of the ones before."""
        if self._live is not None:
            self._live.update(table_of(cells, self.elapsed), refresh=True)
        elif self.elapsed >= self._line_due:
            self._line_due = self.elapsed + LINE_SECONDS
            self.tell(line_of(cells, self.elapsed))

    def tell(self, sentence: str) -> None:
        """Print ``sentence``; it stays."""
        self._console.print(sentence, soft_wrap=True)


@contextmanager
def open_screen() -> Iterator[Screen]:
    """Open the screen that fits where the output goes."""
    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        yield Screen(console, None)
        return
    with Live(console=console, auto_refresh=False) as live:
        yield Screen(console, live)
