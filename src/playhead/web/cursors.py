"""Cursors: where a list goes on, opaque to the client and of no use for another query."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from typing import TypeVar

import msgspec

from playhead.base.errors import Invalid

State = TypeVar("State")
_SEAL_BYTES = 16
MAX_CURSOR = 1024


class CursorInvalid(Invalid):
    """The cursor was not made here, was altered, or belongs to another query."""

    code = "cursor.invalid"

    def __init__(self) -> None:
        super().__init__(
            "the cursor does not belong to this query: send the one of the last page, with the same"
            " parameters (only limit may differ)",
            field="cursor",
        )


class Cursors:
    """Makes and reads cursors with one secret ``key``."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def seal(self, state: object, *, query: Mapping[str, object]) -> str:
        """Return a cursor that gives ``state`` back to whoever asks the same ``query``."""
        payload = msgspec.json.encode(state)
        return base64.urlsafe_b64encode(self._seal(payload, query) + payload).decode().rstrip("=")

    def open(self, cursor: str, kind: type[State], *, query: Mapping[str, object]) -> State:
        """Return the state of a ``cursor`` made for ``query``.

        Raises:
            CursorInvalid: It was altered or made for another query.
        """
        seal, payload = _split(cursor)
        if not hmac.compare_digest(seal, self._seal(payload, query)):
            raise CursorInvalid
        try:
            return msgspec.json.decode(payload, type=kind)
        except msgspec.DecodeError as error:  # sealed by an older version of this service
            raise CursorInvalid from error

    def _seal(self, payload: bytes, query: Mapping[str, object]) -> bytes:
        asked = msgspec.json.encode(dict(query), order="deterministic")
        text = len(asked).to_bytes(8, "big") + asked + payload
        return hmac.digest(self._key, text, hashlib.sha256)[:_SEAL_BYTES]


def _split(cursor: str) -> tuple[bytes, bytes]:
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error) as error:
        raise CursorInvalid from error
    return raw[:_SEAL_BYTES], raw[_SEAL_BYTES:]
