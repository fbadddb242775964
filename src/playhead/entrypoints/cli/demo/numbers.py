"""The numbers that the live view shows, and how they look. Pure."""

from collections import deque
from dataclasses import dataclass, field

from rich.table import Table

KILO = 1000
RATE_OVER_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Numbers:
    """One look at a running Playhead; None is what cannot be known yet.

    Attributes:
        markets: Markets that are open, as far as the recording knows.
        proven: Those whose book is proven now.
        frames: Frames recorded since the start.
        events: Book changes on the tape.
        lag_seconds: Age of the newest event that can be asked for.
        disk_bytes: What the state folder takes.
    """

    markets: int | None = None
    proven: int | None = None
    frames: int | None = None
    events: int | None = None
    lag_seconds: float | None = None
    disk_bytes: int | None = None

    @property
    def proven_percent(self) -> float | None:
        """Proven markets of a hundred open ones."""
        if not self.markets or self.proven is None:
            return None
        return 100 * self.proven / self.markets


@dataclass(slots=True)
class Rate:
    """Growth of a counter a second, over the last `RATE_OVER_SECONDS`."""

    _seen: deque[tuple[float, int]] = field(default_factory=deque)

    def add(self, now: float, count: int | None) -> float | None:
        """Return the rate with ``count`` at ``now`` included; None before the second look."""
        if count is None:
            return None
        if self._seen and count < self._seen[-1][1]:
            self._seen.clear()  # whoever counts began anew
        self._seen.append((now, count))
        while now - self._seen[0][0] > RATE_OVER_SECONDS:
            self._seen.popleft()
        first, least = self._seen[0]
        return (count - least) / (now - first) if now > first else None


def cells_of(numbers: Numbers, frames_a_second: float | None) -> dict[str, str]:
    """Return what is shown, by heading, in the order in which it is shown."""
    percent = numbers.proven_percent
    lag = numbers.lag_seconds
    return {
        "markets": _count(numbers.markets),
        "frames/s": "-" if frames_a_second is None else _count(round(frames_a_second)),
        "frames": _count(numbers.frames),
        "events": _count(numbers.events),
        "proven": "-" if percent is None else f"{percent:.1f} %",
        "disk": "-" if numbers.disk_bytes is None else size_text(numbers.disk_bytes),
        "lag": "-" if lag is None else f"{lag:.1f} s",
    }


def table_of(cells: dict[str, str], elapsed: float) -> Table:
    """Return the live view of a terminal."""
    table = Table(title=f"Playhead demo, {elapsed:.0f} s", title_justify="left")
    for heading in cells:
        table.add_column(heading, justify="right", min_width=8)
    table.add_row(*cells.values())
    return table


def line_of(cells: dict[str, str], elapsed: float) -> str:
    """Return the same as one plain line."""
    return f"{elapsed:4.0f} s  " + "  ".join(f"{name} {text}" for name, text in cells.items())


def size_text(count: int) -> str:
    """Return a number of bytes with three digits that count."""
    size, unit = float(count), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if size < KILO:
            break
        size, unit = size / KILO, larger
    return f"{size:.0f} {unit}" if unit in ("B", "kB") else f"{size:.1f} {unit}"


def _count(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"
