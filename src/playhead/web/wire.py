"""Values as they leave by HTTP: msgspec structs, encoded straight to bytes.

They are built by our own code only, so nothing validates them on the way out; OpenAPI takes their
schemas from the same classes (``openapi.answer``).
"""

from functools import lru_cache
from typing import Annotated

import msgspec
from starlette.responses import JSONResponse

from playhead.base.time import MICROS_PER_SECOND, Micros, format_instant

Instant = Annotated[
    str,
    msgspec.Meta(
        description="RFC 3339, UTC, microseconds.",
        examples=["2026-11-21T12:00:00.500000Z"],
        extra_json_schema={"format": "date-time"},
    ),
]


class Wire(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The base of every body that this service sends."""


class JsonBytes(JSONResponse):
    """A JSON answer of bytes that are encoded already."""

    def render(self, content: object) -> bytes:
        """Return ``content`` itself if it is bytes, else its JSON."""
        return content if isinstance(content, bytes) else encode(content)


def encode(value: object) -> bytes:
    """Return ``value`` as JSON; what JSON does not know is sent as its text."""
    return msgspec.json.encode(value, enc_hook=str)


def instant(at: Micros | None) -> str | None:
    """Return ``at`` as it is written on the wire, or None."""
    return None if at is None else instant_text(at)


def instant_text(at: Micros) -> str:
    """Return ``at`` as RFC 3339 with ``Z`` and microseconds."""
    seconds, micros = divmod(at, MICROS_PER_SECOND)
    return f"{_second(seconds)}.{micros:06d}Z"


@lru_cache(maxsize=4096)
def _second(seconds: int) -> str:
    # Neighbouring changes share their second, and strftime is what costs.
    return format_instant(Micros(seconds * MICROS_PER_SECOND)).partition(".")[0]
