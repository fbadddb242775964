"""Recordings of the real exchange, where the machine has them; the repository never does."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import zstandard

RECORDINGS = Path(__file__).resolve().parents[3].parent / "shared" / "data"


class Line(msgspec.Struct):
    """One line of a recording."""

    frame: str
    connection: int
    received_at_ns: int | None = None


def recorded(name: str) -> Iterator[Line]:
    """Yield the lines of one recording; skip the test where the machine does not have it."""
    path = RECORDINGS / f"{name}.frames.jsonl.zst"
    if not path.exists():
        pytest.skip(f"the recording {name} is not on this machine")
    text = zstandard.ZstdDecompressor().stream_reader(path.read_bytes()).read()
    decoder = msgspec.json.Decoder(Line)
    return (decoder.decode(line) for line in text.splitlines())
