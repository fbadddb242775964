"""What the ingest says of the books that it misses, for the recorder to ask for them."""

import json
from pathlib import Path

from playhead.entrypoints.status_file import run_folder

MOST = 1_000


class MissedBooks:
    """Reads the status of the ingest whenever it has changed.

    ``lapsed`` in it holds, by the name of a capture's folder, markets that are subscribed in that
    capture and whose book is not known: of what went wrong in ways that only the books can show.
    """

    def __init__(self, home: Path, capture_folder: str) -> None:
        self._file = run_folder(home) / "ingest.json"
        self._capture_folder = capture_folder
        self._seen: tuple[int, int] | None = None

    def look(self) -> list[str]:
        """Return the markets that it names, at most ``MOST``; none if it has said nothing new."""
        try:
            found = self._file.stat()
            version = (found.st_mtime_ns, found.st_ino)
            if version == self._seen:
                return []
            text = self._file.read_text(encoding="utf-8")
        except OSError:
            return []
        self._seen = version
        return _named_in(text, self._capture_folder)


def _named_in(text: str, capture_folder: str) -> list[str]:
    try:
        status = json.loads(text)
        named = status["lapsed"][capture_folder]
    except (ValueError, LookupError, TypeError):
        return []
    if not isinstance(named, list):
        return []
    return [ticker for ticker in named[:MOST] if isinstance(ticker, str)]
