"""The command: everything up with the simulated exchange, watched, and checked at the end."""

import time
from contextlib import suppress
from typing import Annotated

import typer

from playhead.base.errors import Incomplete
from playhead.entrypoints.administration import demo_key
from playhead.entrypoints.cli.demo.length import parse_length
from playhead.entrypoints.cli.demo.looking import Onlooker, api_of
from playhead.entrypoints.cli.demo.numbers import Rate, cells_of
from playhead.entrypoints.cli.demo.screen import Screen, open_screen
from playhead.entrypoints.cli.demo.suggestions import own_program, suggestions
from playhead.entrypoints.cli.rebuild import print_report
from playhead.entrypoints.rebuild import check_recording
from playhead.entrypoints.recorders import process_names
from playhead.entrypoints.settings import Exchange, Settings, load_settings
from playhead.entrypoints.supervisor.running import Running, running
from playhead.entrypoints.supervisor.supervisor import StopAsked

LOOK_SECONDS = 1.0
FOREVER = float("inf")


class RecordingUnsound(Incomplete):
    """The demo ran, but what it recorded does not hold."""

    code = "demo.unsound"


def run_demo(
    length: Annotated[
        str | None,
        typer.Option(
            "--for", help="End after 30s, 5m, 2h; exit 0 only if the recording then holds."
        ),
    ] = None,
    markets: Annotated[int | None, typer.Option(min=1, help="Markets to simulate.")] = None,
    rate: Annotated[float | None, typer.Option(help="Book changes a second, in all.")] = None,
    seed: Annotated[int | None, typer.Option(help="Same seed, same frames.")] = None,
    speed: Annotated[float | None, typer.Option(help="Simulated seconds a second.")] = None,
) -> None:
    """Record a simulated exchange and show it live, until Ctrl-C."""
    settings = load_settings(
        exchange=Exchange.SIMULATED,
        simulated_markets=markets,
        simulated_rate=rate,
        simulated_seed=seed,
        simulated_speed=speed,
    )
    seconds = FOREVER if length is None else parse_length(length)
    with (
        open_screen() as screen,
        suppress(StopAsked),
        running(settings, screen.tell) as playhead,
    ):
        # Before anybody asks with it: a key that was unknown a moment ago is refused for seconds.
        key = demo_key(playhead.settings)
        with api_of(playhead.settings, key) as api:
            onlooker = Onlooker(playhead.settings, api)
            view = View(onlooker, screen, settings, key)
            deadline = time.monotonic() + seconds
            playhead.supervisor.run(view.refresh, until=lambda: time.monotonic() >= deadline)
            if not playhead.supervisor.stop_asked:
                check_in_the_end(playhead, onlooker, screen)


def check_in_the_end(playhead: Running, onlooker: Onlooker, screen: Screen) -> None:
    """End the recording and prove it: books are read back, and a rebuild gives the same tape.

    Raises:
        RecordingUnsound: One of the two fails.
    """
    recorders = process_names(playhead.settings.recorders)
    playhead.supervisor.stop([*recorders, "exchange"])
    onlooker.look()
    book = onlooker.find_last_proven()
    if book is None:
        raise RecordingUnsound("no proven book can be read back from what was recorded")
    screen.tell(f"read back: {book[0]} at {book[1]}")
    report = check_recording(playhead.settings)
    print_report(report)
    if not report.is_whole:
        raise RecordingUnsound("what was recorded does not come out the same when it is rebuilt")


class View:
    """What a person sees of the demo."""

    def __init__(self, onlooker: Onlooker, screen: Screen, chosen: Settings, key: str) -> None:
        """``chosen``: the settings as the person gave them, which the suggestions repeat."""
        self._onlooker = onlooker
        self._screen = screen
        self._chosen = chosen
        self._key = key
        self._frames = Rate()
        self._due = 0.0
        self._has_book = False
        self._has_suggested = False

    def refresh(self) -> None:
        """Look again, when it is time."""
        now = time.monotonic()
        if now < self._due:
            return
        self._due = now + LOOK_SECONDS
        numbers = self._onlooker.look()
        self._screen.show(cells_of(numbers, self._frames.add(now, numbers.frames)))
        if numbers.proven and not self._has_book:
            self._has_book = True
            self._screen.tell(f"first proven book after {self._screen.elapsed:.1f} s")
        if self._has_book and not self._has_suggested:
            self._suggest()

    def _suggest(self) -> None:
        found = self._onlooker.find_proven(seconds_ago=10)
        if found is not None:
            self._has_suggested = True
            ticker, at = found
            lines = suggestions(self._chosen, own_program(), self._key, ticker=ticker, at=at)
            page = f"http://127.0.0.1:{self._chosen.port}/status"
            tried = "\n  ".join(lines)
            self._screen.tell(f"\nTry, in another terminal:\n  {tried}\nor in a browser: {page}\n")
