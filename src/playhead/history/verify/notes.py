"""The JSON that stands beside frames in a capture, read without trust."""

import msgspec


def note_of(payload: bytes) -> dict[str, object]:
    """Return the JSON object of a record that is no frame; an empty one if it is none."""
    try:
        decoded = msgspec.json.decode(payload)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return {}
    return decoded if isinstance(decoded, dict) else {}
