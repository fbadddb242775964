"""What a database keeps of texts, and what it does not."""

UNKNOWN = "\ufffd"


def storable(text: str) -> str:
    """Return ``text`` with U+0000 and halves of surrogate pairs replaced by U+FFFD."""
    if _is_storable(text):
        return text
    return "".join(each if _is_storable(each) else UNKNOWN for each in text)


def _is_storable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text
