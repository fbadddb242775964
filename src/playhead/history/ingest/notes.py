"""What stands beside frames in a capture, read without trust: whatever it is, a value comes back.

What the tables cannot hold is left out here, so that no record can ever stop the ingest.
"""

import msgspec

MOST_SID = 2**31 - 1
"""The exchange counts 1, 2, 3; a greater number is no subscription's."""
MOST_TICKER_BYTES = 256
REFUSALS = (msgspec.MsgspecError, ValueError, RecursionError)
"""What decoding raises for bytes that are torn, not UTF-8, not JSON, or nested without end."""


def facts_of_note(payload: bytes) -> dict[str, object]:
    """Return the JSON object of a record; an empty one if it is none."""
    try:
        decoded = msgspec.json.decode(payload)
    except REFUSALS:
        return {}
    return decoded if isinstance(decoded, dict) else {}


def cause_of_end(payload: bytes) -> str:
    """Return why a connection ended."""
    cause = facts_of_note(payload).get("cause")
    return cause if isinstance(cause, str) and is_name(cause) else "disconnect"


def is_name(text: str) -> bool:
    """Tell whether a ticker or a cause is one that the tables and their indexes can hold."""
    return 0 < len(text.encode()) <= MOST_TICKER_BYTES and "\0" not in text


def name_or_none(text: str | None) -> str | None:
    """Return ``text`` if it can stand in an index."""
    return text if text is not None and is_name(text) else None


def plain(text: str | None) -> str | None:
    """Return ``text`` without the one character that PostgreSQL refuses."""
    return None if text is None else text.replace("\0", "\N{REPLACEMENT CHARACTER}")
