"""What a capture says about itself: ``meta.json``, written once, before the first record."""

import re
from pathlib import Path

import msgspec

from playhead.base.time import Nanos
from playhead.history.capture.errors import BadCaptureName, CorruptCapture
from playhead.history.capture.files import META_NAME, write_durably
from playhead.history.capture.layout import FORMAT

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}", re.ASCII)


class Meta(msgspec.Struct, frozen=True, kw_only=True):
    """Who recorded a capture, and from where.

    Attributes:
        number: Unique on the machine, from 1; never given out again.
        recorder: The recorder's name; None for an import.
        source: The exchange's host, or the file that was imported.
        created_at: UTC nanoseconds.
        sha256: Of the imported lines, uncompressed; None for what we recorded ourselves.
        use_yes_price: How an imported recording was subscribed; None for what we recorded.
    """

    number: int
    name: str
    recorder: str | None
    source: str
    created_at: Nanos
    format: int = FORMAT
    sha256: str | None = None
    use_yes_price: bool | None = None


def write_meta(folder: Path, meta: Meta) -> None:
    """Write ``meta`` durably."""
    write_durably(folder / META_NAME, msgspec.json.format(msgspec.json.encode(meta)) + b"\n")


def read_meta(folder: Path) -> Meta:
    """Return what the capture in ``folder`` says about itself.

    Raises:
        CorruptCapture: It cannot be read.
    """
    path = folder / META_NAME
    try:
        return msgspec.json.decode(path.read_bytes(), type=Meta)
    except (OSError, msgspec.MsgspecError) as error:
        raise CorruptCapture(path, 0, str(error)) from error


def checked_name(name: str) -> str:
    """Return ``name`` if a capture can bear it.

    Raises:
        BadCaptureName: It is empty, too long, or has characters that a folder should not have.
    """
    if not _NAME.fullmatch(name):
        raise BadCaptureName(
            f"{name!r} is no capture name: at most 64 of a-z, 0-9, point, dash and underscore, "
            "the first a letter or a digit",
            field="name",
        )
    return name


def folder_name(number: int, name: str) -> str:
    """Return the name of a capture's folder."""
    return f"{number:06}-{name}"


def parse_folder_name(text: str) -> tuple[int, str] | None:
    """Return number and name; None if ``text`` is not the name of a capture's folder."""
    number, dash, name = text.partition("-")
    if len(number) < 6 or not (number.isascii() and number.isdigit()):
        return None
    return (int(number), name) if dash and _NAME.fullmatch(name) else None
