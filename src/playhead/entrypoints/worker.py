"""What the processes that work on the database share: a loop that outlives the database."""

import signal
import threading
import time
from collections.abc import Callable
from types import FrameType

import structlog

from playhead.base.errors import Unavailable
from playhead.base.time import Micros, Nanos

FIRST_WAIT_SECONDS = 0.2
LONGEST_WAIT_SECONDS = 10.0
log = structlog.get_logger()


class Stop:
    """Set by SIGTERM and SIGINT; work under way is finished first."""

    def __init__(self) -> None:
        self._event = threading.Event()

    @classmethod
    def on_signals(cls) -> "Stop":
        """Return a stop that this process's signals set."""
        stop = cls()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop._set)
        return stop

    @property
    def is_set(self) -> bool:
        """Whether the process should end."""
        return self._event.is_set()

    def wait(self, seconds: float) -> None:
        """Sleep, but not longer than until the process should end."""
        self._event.wait(seconds)

    def set(self) -> None:
        """Ask the work to end."""
        self._event.set()

    def _set(self, number: int, frame: FrameType | None) -> None:
        self.set()


def keep_working(work: Callable[[], None], stop: Stop) -> None:
    """Run ``work`` until ``stop``; when the database, or a helper, goes away, start it anew.

    ``work`` returns when ``stop`` is set. Its first success after a failure is up to the caller to
    show; here only the waits grow, to ``LONGEST_WAIT_SECONDS``.
    """
    wait = FIRST_WAIT_SECONDS
    while not stop.is_set:
        began = time.monotonic()
        try:
            work()
        except Unavailable as error:
            if time.monotonic() - began > LONGEST_WAIT_SECONDS:
                wait = FIRST_WAIT_SECONDS
            log.warning("cannot work now; trying again", error=str(error), wait_seconds=wait)
            stop.wait(wait)
            wait = min(wait * 2, LONGEST_WAIT_SECONDS)


def now_nanos() -> Nanos:
    """Return this machine's time."""
    return Nanos(time.time_ns())


def now_micros() -> Micros:
    """Return this machine's time."""
    return Micros(time.time_ns() // 1000)
