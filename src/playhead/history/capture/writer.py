"""Appends records to a capture: quick to call, durable a moment later."""

import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from playhead.base.time import Nanos
from playhead.history.capture.appender import LogAppender
from playhead.history.capture.errors import CaptureClosed, CaptureUnwritable, RecordTooLong
from playhead.history.capture.layout import MAX_PAYLOAD, encode_record
from playhead.history.capture.record import Kind
from playhead.history.capture.recovery import Recovered
from playhead.history.capture.sealing import Sealer, seal_up_to

MAX_FILE_BYTES = 128 * 1024 * 1024
MAX_WAITING_BYTES = 256 * 1024 * 1024
FLUSH_INTERVAL_SECONDS = 0.1


class CaptureWriter:
    """The one writer of the capture in ``folder``. Safe to use from several threads.

    ``append`` puts a record in memory; a thread writes what gathered and makes it durable, a group
    at a time. When the disk refuses, ``append`` and ``flush`` say so, what was accepted stays in
    memory, and writing goes on by itself as soon as the disk takes it.
    """

    def __init__(
        self,
        folder: Path,
        *,
        max_file_bytes: int = MAX_FILE_BYTES,
        max_waiting_bytes: int = MAX_WAITING_BYTES,
        flush_interval_seconds: float = FLUSH_INTERVAL_SECONDS,
    ) -> None:
        """Open the capture, recovering from a crash if there was one (see ``recovered``).

        Args:
            folder: An existing capture.
            max_file_bytes: A log file that has reached this many is closed and compressed.
            max_waiting_bytes: ``append`` refuses rather than hold more than this in memory.
            flush_interval_seconds: Longest wait of a record before its group is written.

        Raises:
            CaptureInUse: Another writer has it open.
            CaptureFinished: Nothing may follow in it.
            CaptureUnwritable: The disk refuses.
        """
        self._folder = folder
        self._max_waiting_bytes = max_waiting_bytes
        self._interval = flush_interval_seconds
        self._sealer = Sealer(folder)
        try:
            self._appender = LogAppender(
                folder, max_file_bytes=max_file_bytes, on_full=self._sealer.put
            )
        except OSError as error:
            raise CaptureUnwritable(folder, _reason(error), waiting_bytes=0) from error
        self._connection = self.recovered.connection
        self._start = self._appender.durable  # offset of the first byte of the buffer
        self._buffer = bytearray()
        self._group = bytearray()  # what is being written; kept until it is durable
        self._fault: str | None = None
        self._attempts = 0
        self._closing = False
        self._lock = threading.Lock()
        self._tried = threading.Condition(self._lock)
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name="capture-writer", daemon=True)
        self._sealer.start(current=self._appender.base)
        self._thread.start()

    @property
    def recovered(self) -> Recovered:
        """What was found on opening: bytes cut from a torn tail, durable bytes lost."""
        return self._appender.recovered

    @property
    def durable_offset(self) -> int:
        """Everything before this offset survives a crash."""
        return self._appender.durable

    @property
    def waiting_bytes(self) -> int:
        """Bytes of records that are accepted and not yet durable."""
        return len(self._group) + len(self._buffer)

    def append(
        self,
        kind: Kind,
        payload: bytes,
        *,
        connection: int = 0,
        received_at: Nanos | None,
    ) -> int:
        """Accept a record and return its offset. It is durable about a group's time later.

        Raises:
            CaptureUnwritable: The disk refuses or lags; the record was not accepted.
            RecordTooLong: The payload is over 64 MiB.
            CaptureClosed: ``close`` was called.
        """
        if len(payload) > MAX_PAYLOAD:
            raise RecordTooLong(f"a record holds at most {MAX_PAYLOAD} bytes, not {len(payload)}")
        data = encode_record(kind, payload, connection, received_at)
        with self._lock:
            if self._fault or self._closing or self._is_over(len(data)):
                raise self._refusal()
            if connection > self._connection:
                self._connection = connection
            offset = self._start + len(self._buffer)
            self._buffer += data
        return offset

    def next_connection(self) -> int:
        """Return a connection number that no record of this capture bears yet, from 1."""
        with self._lock:
            self._connection += 1
            return self._connection

    def flush(self) -> None:
        """Wait until every record accepted so far is durable.

        Raises:
            CaptureUnwritable: The disk refuses; the records are kept and tried again.
        """
        with self._lock:
            target = self._start + len(self._buffer)
            before = self._attempts
            while self._appender.durable < target:
                if self._fault and self._attempts > before:
                    raise self._refusal()
                self._wake.set()
                self._tried.wait(self._interval)
                if not self._thread.is_alive() and self._appender.durable < target:
                    raise self._refusal()

    def close(self) -> None:
        """Make everything durable and let go of the capture. Closing twice does nothing.

        Raises:
            CaptureUnwritable: The disk refuses the last records; they are lost.
        """
        self._close(quickly=True)

    def finish(self, detail: bytes, *, received_at: Nanos | None) -> None:
        """Append FINISHED with ``detail`` (JSON), close, and compress every file.

        Raises:
            CaptureUnwritable: The disk refuses.
        """
        self.append(Kind.FINISHED, detail, received_at=received_at)
        self._close(quickly=False)
        try:
            seal_up_to(self._folder)
        except OSError as error:
            raise CaptureUnwritable(self._folder, _reason(error), waiting_bytes=0) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _close(self, *, quickly: bool) -> None:
        with self._lock:
            if self._closing:
                return
            self._closing = True
        self._wake.set()
        self._thread.join()
        self._sealer.stop(quickly=quickly)
        self._appender.close()
        if self.waiting_bytes:
            raise CaptureUnwritable(
                self._folder, self._fault or "it was closed", waiting_bytes=self.waiting_bytes
            )

    def _is_over(self, size: int) -> bool:
        return len(self._group) + len(self._buffer) + size > self._max_waiting_bytes

    def _refusal(self) -> CaptureUnwritable | CaptureClosed:
        if self._closing:
            return CaptureClosed(self._folder)
        reason = self._fault or "the disk is too slow"
        return CaptureUnwritable(self._folder, reason, waiting_bytes=self.waiting_bytes)

    def _run(self) -> None:
        try:
            self._write_groups()
        finally:
            if not self._closing:
                self._fault = "the thread that writes it ended"

    def _write_groups(self) -> None:
        while True:
            self._wake.wait(self._interval)
            self._wake.clear()
            closing = self._closing
            self._write_group()
            if closing and (self._fault or not self.waiting_bytes):
                return

    def _write_group(self) -> None:
        group, connection = self._take_group()
        fault = None
        try:
            if group:
                self._appender.write(group, connection)
        except OSError as error:
            fault = _reason(error)
        with self._lock:
            self._fault = fault
            self._attempts += 1
            if not fault:
                self._group = bytearray()
            self._tried.notify_all()

    def _take_group(self) -> tuple[bytearray, int]:
        with self._lock:
            if not self._group:
                self._group, self._buffer = self._buffer, bytearray()
                self._start += len(self._group)
            return self._group, self._connection


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
