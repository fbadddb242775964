"""What a database keeps of texts, and what it does not."""

from collections.abc import Iterator, Mapping

from playhead.automation.executions.errors import InputUnstorable

UNKNOWN = "\ufffd"


def check_storable(value: object, field: str = "input") -> None:
    """Return if every text in ``value``, JSON as it was decoded, can be kept.

    Raises:
        InputUnstorable: One of them holds U+0000 or half a surrogate pair; ``field`` says which.
    """
    left = [(field, value)]  # no recursion: what is sent may be nested deeply
    while left:
        place, each = left.pop()
        if isinstance(each, str) and not _is_storable(each):
            told = f"{storable(place)}: U+0000 and halves of surrogate pairs cannot be kept"
            raise InputUnstorable(told, field=storable(place))
        left.extend(_within(place, each))


def storable(text: str) -> str:
    """Return ``text`` with what cannot be kept replaced by U+FFFD."""
    if _is_storable(text):
        return text
    return "".join(each if _is_storable(each) else UNKNOWN for each in text)


def _within(place: str, value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield place, key
            yield f"{place}.{key}", each
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield f"{place}[{number}]", each


def _is_storable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text
