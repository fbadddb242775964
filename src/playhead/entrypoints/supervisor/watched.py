"""One part under supervision: started, found ended, waited for, started again."""

import os
import signal
import subprocess
import time
from enum import StrEnum
from pathlib import Path

from playhead.base.errors import PlayheadError
from playhead.base.time import Micros, format_instant
from playhead.entrypoints.embedded import processes
from playhead.entrypoints.status_file import Status
from playhead.entrypoints.supervisor.backoff import next_delay
from playhead.entrypoints.supervisor.logs import bound_log, open_log
from playhead.entrypoints.supervisor.part import Part


class State(StrEnum):
    """What a part is doing."""

    STARTING = "starting"
    RUNNING = "running"
    WAITING = "waiting"
    """It ended by itself and will be started again."""
    STOPPED = "stopped"


class Watched:
    """A part and the process that it runs as. Times are seconds of one monotonic clock."""

    def __init__(self, part: Part, logs: Path) -> None:
        self.part = part
        self.log = logs / f"{part.name}.log"
        self.restarts = 0
        self.last_exit: str | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._started_at: str | None = None
        self._delay: float | None = None
        self._retry: float | None = None

    @property
    def state(self) -> State:
        """What the part is doing, as far as is known since the last `check`."""
        if self._process is not None:
            return State.RUNNING if self.part.is_ready() else State.STARTING
        return State.STOPPED if self._retry is None else State.WAITING

    def start(self, now: float) -> None:
        """Start the part.

        Raises:
            PlayheadError, OSError: It cannot be started.
        """
        self._started = now
        self._retry = None
        output = open_log(self.log)
        try:
            self._process = self.part.start(output)
        finally:
            os.close(output)
        self._started_at = format_instant(Micros(time.time_ns() // 1000))

    def check(self, now: float) -> str | None:
        """Notice an end, and start again when it is time; return a sentence if either happened."""
        if self._process is not None and self._process.poll() is not None:
            return self._ended(_exit_text(self._process.returncode), now)
        if self._retry is None or now < self._retry:
            return None
        self.restarts += 1
        try:
            self.start(now)
        except (PlayheadError, OSError) as error:
            return self._ended(str(error), now)
        return f"{self.part.name} was started again"

    def tend(self) -> None:
        """Do what has to be done once in a while."""
        bound_log(self.log)

    def stop(self, seconds: float) -> None:
        """End the part within ``seconds`` and do not start it again."""
        self._retry = None
        if self._process is not None:
            self.part.stop(self._process, seconds)
            self.last_exit = _exit_text(self._process.returncode)
            self._process = None

    def describe(self) -> Status:
        """Return what `playhead status` shows of it; ``born`` tells its process from later ones."""
        pid = None if self._process is None else self._process.pid
        return {
            "name": self.part.name,
            "state": self.state.value,
            "pid": pid,
            "born": None if pid is None else processes.birth_of(pid),
            "started_at": None if pid is None else self._started_at,
            "restarts": self.restarts,
            "last_exit": self.last_exit,
        }

    def _ended(self, why: str, now: float) -> str:
        self._process = None
        self._delay = next_delay(self._delay, now - self._started)
        self._retry = now + self._delay
        self.last_exit = why
        return (
            f"{self.part.name} ended ({why}); it is started again in {self._delay:g} s, "
            f"its log is {self.log}"
        )


def _exit_text(returncode: int) -> str:
    if returncode >= 0:
        return f"exit status {returncode}"
    try:
        return f"killed by {signal.Signals(-returncode).name}"
    except ValueError:
        return f"killed by signal {-returncode}"
