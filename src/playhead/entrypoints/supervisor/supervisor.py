"""Keeps parts running until it is asked to stop, then stops them in reverse order."""

import signal
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from playhead.entrypoints.embedded import ServerFailed, processes, reason_in
from playhead.entrypoints.status_file import read_statuses, write_status
from playhead.entrypoints.supervisor.home import logs_folder
from playhead.entrypoints.supervisor.part import Part
from playhead.entrypoints.supervisor.watched import State, Watched

NAME = "supervisor"
TICK_SECONDS = 0.1
STATUS_SECONDS = 1.0
STOP_SECONDS = 5.0
LEAST_STOP_SECONDS = 0.3
START_SECONDS = 120.0
LEFTOVER_SECONDS = 5.0

Tell = Callable[[str], None]


class StopAsked(Exception):
    """Somebody asked to stop while something was waited for."""


class Supervisor:
    """Parts by order of start. One thread; signals only set a flag."""

    def __init__(self, home: Path, tell: Tell) -> None:
        """``home`` is locked and ready; ``tell`` receives a sentence about what happens."""
        self._home = home
        self._tell = tell
        self._watched: list[Watched] = []
        self._status_due = 0.0
        self.stop_asked = False

    def end_leftovers(self) -> None:
        """End what a killed supervisor left behind, as its last status tells.

        Raises:
            ServerFailed: Some process does not end.
        """
        parts = read_statuses(self._home).get(NAME, {}).get("parts")
        known = [] if not isinstance(parts, list) else parts
        left = {part["pid"]: part["born"] for part in known if part["pid"] and part["born"]}
        processes.end_all(
            lambda: [pid for pid, born in left.items() if processes.birth_of(pid) == born],
            signal.SIGTERM,
            LEFTOVER_SECONDS,
        )

    def start(self, parts: Iterable[Part]) -> None:
        """Start ``parts``, one after the other."""
        for part in parts:
            watched = Watched(part, logs_folder(self._home))
            self._watched.append(watched)
            watched.start(time.monotonic())
            self._write_status()

    def wait_until_ready(self, *parts: Part) -> None:
        """Return when ``parts`` are ready.

        Raises:
            ServerFailed: One ended, or takes too long.
            StopAsked: It is not wanted any more.
        """
        deadline = time.monotonic() + START_SECONDS
        for watched in self._watched:
            while watched.part in parts and watched.state is not State.RUNNING:
                if self.stop_asked:
                    raise StopAsked
                problem = watched.check(time.monotonic())
                if problem is not None or time.monotonic() > deadline:
                    name, log = watched.part.name, watched.log
                    raise ServerFailed(f"{name} did not start: {reason_in(log)} (log: {log})")
                time.sleep(processes.POLL_SECONDS)

    def run(self, on_tick: Callable[[], None], until: Callable[[], bool]) -> None:
        """Keep everything running until it is asked to stop, or ``until`` holds."""
        while not self.stop_asked and not until():
            self.tick()
            on_tick()
            time.sleep(TICK_SECONDS)

    def tick(self) -> None:
        """Look after every part once, and write the status when it is due."""
        now = time.monotonic()
        news = [sentence for watched in self._watched if (sentence := watched.check(now))]
        for sentence in news:
            self._tell(sentence)
        if news or now >= self._status_due:
            for watched in self._watched:
                watched.tend()
            self._write_status()

    def stop(self, names: Sequence[str] | None = None) -> None:
        """Stop the parts called ``names``, else all: the last one started first.

        Together they have `STOP_SECONDS`; what takes longer is killed.
        """
        deadline = time.monotonic() + STOP_SECONDS
        for watched in reversed(self._watched):
            if names is None or watched.part.name in names:
                left = deadline - time.monotonic()
                watched.stop(max(left, LEAST_STOP_SECONDS))
        self._write_status()

    def ask_to_stop(self, *_: object) -> None:
        """Note that it is over; fit to handle a signal."""
        self.stop_asked = True

    def _write_status(self) -> None:
        self._status_due = time.monotonic() + STATUS_SECONDS
        parts = [watched.describe() for watched in self._watched]
        stopping = all(part["state"] == State.STOPPED for part in parts)
        state = State.STOPPED if stopping else State.RUNNING
        try:
            write_status(self._home, NAME, {"state": state.value, "parts": parts})
        except OSError as error:  # a full disk must not end what still works
            self._tell(f"the status cannot be written: {error.strerror}")
