"""Messages that come again under their number. Pure."""

import msgspec

from playhead.history.kalshi import Message


def is_copy(message: Message, former: Message | None) -> bool:
    """Tell whether ``message`` says what ``former`` said, whenever each was sent."""
    return former is not None and _content(message) == _content(former)


def _content(message: Message) -> Message:
    return msgspec.structs.replace(message, sent_at=None)
