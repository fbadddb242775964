"""Telling a message that came twice from another one under the same number. Pure."""

import msgspec

from playhead.history.kalshi import Message, parse


def is_repeat(message: Message, last_frame: bytes) -> bool:
    """Tell whether ``message`` says what ``last_frame`` said, whenever each was sent."""
    return _content(parse(last_frame)) == _content(message)


def _content(message: Message) -> Message:
    return msgspec.structs.replace(message, sent_at=None)
