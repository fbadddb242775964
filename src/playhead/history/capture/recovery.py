"""Where the writing of a capture goes on after a crash: behind the last whole record."""

import os
from pathlib import Path
from typing import NamedTuple

from playhead.history.capture.cursor import LogCursor
from playhead.history.capture.errors import CaptureFinished, CorruptCapture
from playhead.history.capture.files import (
    LogFile,
    log_files,
    remove_temporary,
    sealed_path,
    sync_folder,
)
from playhead.history.capture.layout import FILE_HEADER, FileHeader
from playhead.history.capture.record import Kind

_FAR = 2**63


class Recovered(NamedTuple):
    """What was found when a capture was opened for writing.

    Attributes:
        header: That of the file to write to; a new one where ``is_new_file``.
        end: Offset at which the next record goes.
        connection: The highest connection number so far.
        cut_bytes: Bytes of a torn record that were cut off; they had never been durable.
        lost_bytes: Durable bytes that are damaged or gone. Their offsets are not used again.
    """

    header: FileHeader
    is_new_file: bool
    end: int
    connection: int
    cut_bytes: int
    lost_bytes: int


class _Survey(NamedTuple):
    header: FileHeader
    end: int
    physical_end: int
    connection: int
    last_kind: Kind | None


def recover(folder: Path, durable: int) -> Recovered:
    """Tidy up the capture in ``folder`` and return where to go on writing.

    Args:
        folder: Of a capture that nobody else writes.
        durable: The offset up to which records were promised to last.

    Raises:
        CaptureFinished: Its last record says that nothing will follow.
    """
    remove_temporary(folder)
    _remove_sealed_twins(folder)
    files = log_files(folder)
    if not files:
        return _start_file(previous_end=0, base=durable, connection=0, durable=durable)
    last = files[-1]
    try:
        survey = _survey(last)
    except CorruptCapture:
        _set_aside(last)
        return recover(folder, durable)
    if survey.last_kind is Kind.FINISHED:
        raise CaptureFinished(folder, survey.end)
    if last.sealed or survey.end < durable:
        base = max(durable, survey.physical_end)
        return _start_file(survey.end, base, survey.connection, durable)
    return _go_on(last, survey)


def _start_file(previous_end: int, base: int, connection: int, durable: int) -> Recovered:
    header = FileHeader(base=base, previous_end=previous_end, connection=connection)
    lost = max(0, durable - previous_end)
    return Recovered(header, True, base, connection, cut_bytes=0, lost_bytes=lost)


def _go_on(file: LogFile, survey: _Survey) -> Recovered:
    torn = survey.physical_end - survey.end
    descriptor = os.open(file.path, os.O_RDWR)
    try:
        os.ftruncate(descriptor, FILE_HEADER.size + survey.end - file.base)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return Recovered(survey.header, False, survey.end, survey.connection, torn, lost_bytes=0)


def _survey(file: LogFile) -> _Survey:
    cursor = LogCursor(file)
    connection, last_kind = cursor.header.connection, None
    try:
        while (decoded := cursor.read(_FAR)) and not (decoded.fault and not decoded.records):
            for record in decoded.records:
                connection = max(connection, record.connection)
                last_kind = record.kind
    except CorruptCapture:
        last_kind = None  # cannot be decompressed further: what was read stands
    finally:
        cursor.close()
    return _Survey(cursor.header, cursor.offset, _physical_end(cursor), connection, last_kind)


def _physical_end(cursor: LogCursor) -> int:
    if cursor.file.sealed:
        return cursor.offset
    return cursor.file.base + cursor.file.path.stat().st_size - FILE_HEADER.size


def _remove_sealed_twins(folder: Path) -> None:
    # A sealed file gets its name only when it is whole and durable: the raw one can go.
    for file in log_files(folder):
        if not file.sealed and sealed_path(folder, file.base).exists():
            file.path.unlink()


def _set_aside(file: LogFile) -> None:
    file.path.rename(file.path.with_name(file.path.name + ".damaged"))
    sync_folder(file.path.parent)
