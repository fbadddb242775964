"""Where in a capture one can start to read, and where a connection began. Reads headers only."""

from bisect import bisect_left
from contextlib import suppress
from pathlib import Path

from playhead.history.capture.cursor import LogCursor
from playhead.history.capture.files import LogFile, log_files


def file_bases(folder: Path) -> list[int]:
    """Return the offset of the first record of every log file, ascending."""
    return [file.base for file in log_files(folder)]


def base_of_connection(folder: Path, connection: int) -> int | None:
    """Return the base of a file from which on the opening of ``connection`` is soon found.

    It is the last file that began before the number was given out; the opening is in it or at the
    start of the next one. Only for what a recorder recorded: there the numbers count up.

    Returns:
        None if the capture has no file.

    Raises:
        CorruptCapture: The header of a file is damaged.
    """
    while True:
        with suppress(FileNotFoundError):  # sealed since it was listed
            files = log_files(folder)
            index = bisect_left(files, connection, key=_connections_before)
            return files[max(0, index - 1)].base if files else None


def _connections_before(file: LogFile) -> int:
    cursor = LogCursor(file)
    cursor.close()
    return cursor.header.connection
