"""The things that are supervised: servers and our own processes."""

import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from playhead.entrypoints.embedded import processes


class Part(Protocol):
    """Something that runs as one child process and can be started again when it ends."""

    @property
    def name(self) -> str:
        """What people call it; also the name of its log."""

    def start(self, output: int) -> subprocess.Popen[bytes]:
        """Start it without waiting; it writes its log to the descriptor ``output``."""

    def is_ready(self) -> bool:
        """Return whether it does its work yet."""

    def stop(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        """End it, cleanly where it manages that within ``seconds``."""


@dataclass(frozen=True, slots=True)
class Program:
    """A process that is asked to end by SIGTERM, also when its supervisor is killed."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path = Path("/")

    def start(self, output: int) -> subprocess.Popen[bytes]:
        """Start it without waiting."""
        return processes.start(
            processes.leashed(self.command, farewell=signal.SIGTERM),
            output=output,
            environment=self.environment,
            folder=self.folder,
        )

    def is_ready(self) -> bool:
        """Return True: what it is not ready for yet, it waits for by itself."""
        return True

    def stop(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        """Ask it to end; kill it if it has not after ``seconds``."""
        processes.stop(process, (signal.SIGTERM, seconds))
