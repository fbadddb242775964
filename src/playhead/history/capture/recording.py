"""Recordings as lines: one JSON object a frame, read strictly and written back the same."""

import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import msgspec
import zstandard

from playhead.base.time import Nanos
from playhead.history.capture.errors import BadRecording
from playhead.history.capture.layout import MAX_CONNECTION, MAX_PAYLOAD, NO_TIME

_CHUNK_BYTES = 1024 * 1024
_FIELD = re.compile(r"`\$\.(\w+)|field `(\w+)`")


class Line(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True, omit_defaults=True):
    """One frame of a recording.

    Attributes:
        received_at_ns: UTC nanoseconds; None where the recording did not keep it.
        connection: Counts from 0; in a capture the same connection is one higher.
        frame: The text of the frame.
        frame_base64: Instead of ``frame``, the bytes of a frame that is not UTF-8.
    """

    received_at_ns: Annotated[int, msgspec.Meta(gt=NO_TIME)] | None
    connection: Annotated[int, msgspec.Meta(ge=0, lt=MAX_CONNECTION)]
    frame: str | None = None
    frame_base64: bytes | None = None

    def payload(self) -> bytes | None:
        """Return the bytes of the frame; None unless it is given in exactly one form."""
        if self.frame is None:
            return self.frame_base64
        return self.frame.encode() if self.frame_base64 is None else None


_decode = msgspec.json.Decoder(Line).decode
_encode = msgspec.json.Encoder().encode


def line_of(received_at: Nanos | None, connection: int, payload: bytes) -> bytes:
    """Return the line of a frame, without the newline; ``connection`` counts as in a capture."""
    try:
        return _encode(Line(received_at, connection - 1, frame=payload.decode()))
    except UnicodeDecodeError:
        return _encode(Line(received_at, connection - 1, frame_base64=payload))


class Recording:
    """The lines of a ``.jsonl`` file, or of one compressed with zstd (``.zst``)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._digest = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """The hash of what was read so far, uncompressed."""
        return self._digest.hexdigest()

    def read_through(self, progress: Callable[[int], None]) -> None:
        """Read it all, for its ``sha256`` only.

        Raises:
            BadRecording: The file cannot be read or decompressed.
        """
        for _ in self._chunks(progress):
            pass

    def frames(self, progress: Callable[[int], None]) -> Iterator[tuple[Line, bytes]]:
        """Give each line with the bytes of its frame.

        Args:
            progress: Told now and then how many bytes of the file were read since the last time.

        Raises:
            BadRecording: A line is no frame; says which line, and which field.
        """
        for number, text in enumerate(self._texts(progress), start=1):
            try:
                line = _decode(text)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise self._bad(number, str(error), _field(error)) from error
            payload = line.payload()
            if payload is None or len(payload) > MAX_PAYLOAD:
                raise self._bad(number, "it must hold one frame of at most 64 MiB", "frame")
            yield line, payload

    def _texts(self, progress: Callable[[int], None]) -> Iterator[bytes]:
        rest = b""
        for number, chunk in enumerate(self._chunks(progress)):
            *texts, rest = (rest + chunk).split(b"\n")
            yield from texts
            if len(rest) > 4 * MAX_PAYLOAD:
                raise self._bad(number, "a line is too long")
        if rest:
            yield rest

    def _chunks(self, progress: Callable[[int], None]) -> Iterator[bytes]:
        self._digest = hashlib.sha256()
        try:
            for chunk in self._unpacked(progress):
                self._digest.update(chunk)
                yield chunk
        except (OSError, zstandard.ZstdError) as error:
            raise self._bad(0, f"it cannot be read: {error}") from error

    def _unpacked(self, progress: Callable[[int], None]) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            stored = _counted(iter(lambda: file.read(_CHUNK_BYTES), b""), progress)
            yield from _decompressed(stored) if self.path.suffix == ".zst" else stored

    def _bad(self, line: int, fault: str, field: str | None = None) -> BadRecording:
        return BadRecording(self.path, line, fault, field=field)


def _counted(chunks: Iterator[bytes], progress: Callable[[int], None]) -> Iterator[bytes]:
    for chunk in chunks:
        yield chunk
        progress(len(chunk))


def _decompressed(chunks: Iterator[bytes]) -> Iterator[bytes]:
    # A decompressobj, because only it can tell that the last frame was cut.
    frame = zstandard.ZstdDecompressor().decompressobj()
    for chunk in chunks:
        yield frame.decompress(chunk)
        while frame.eof and (rest := frame.unused_data):
            frame = zstandard.ZstdDecompressor().decompressobj()
            yield frame.decompress(rest)
    if not frame.eof:
        raise zstandard.ZstdError("the compressed data ends early")


def _field(error: Exception) -> str | None:
    match = _FIELD.search(str(error))
    return (match.group(1) or match.group(2)) if match else None
