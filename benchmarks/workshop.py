"""What the benchmarks share: a PostgreSQL as in production, captures, and a place to put them."""

import itertools
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import psycopg

from benchmarks.captures import write_capture
from benchmarks.simulated import simulated_frames
from benchmarks.sizes import Sizes
from playhead.entrypoints.embedded import running_postgres
from playhead.history.capture import CaptureStore
from playhead.storage.migrate import migrate


@dataclass
class Workshop:
    """A server and a folder that are thrown away at the end.

    ``tell`` receives what is being done; ``data`` is where recordings of the exchange may be.
    """

    sizes: Sizes
    folder: Path
    postgres_url: str
    data: Path
    tell: Callable[[str], None]
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def new_database(self) -> str:
        """Return the address of another migrated, empty database."""
        name = f"bench_{next(self._numbers)}"
        with psycopg.connect(self.postgres_url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        url = self.postgres_url.replace("/playhead?", f"/{name}?")
        migrate(url)
        return url

    @cached_property
    def simulated(self) -> CaptureStore:
        """The captures of the simulated exchange: one, written once."""
        self.tell(f"recording {self.sizes.frames:,} frames of the simulated exchange")
        frames = simulated_frames(self.sizes.frames)
        return write_capture(self.folder / "simulated", frames)


@contextmanager
def workshop(
    sizes: Sizes, data: Path, tell: Callable[[str], None], parent: Path | None = None
) -> Iterator[Workshop]:
    """Open a workshop whose PostgreSQL has its production settings; its folder is in ``parent``."""
    with tempfile.TemporaryDirectory(prefix="playhead-bench-", dir=parent) as name:
        folder = Path(name)
        with running_postgres(folder / "postgres") as url:
            yield Workshop(sizes, folder, url, data, tell)
