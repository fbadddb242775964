"""What a condition looked at: the values of what its text names, bounded, for the trace."""

import re
from collections.abc import Iterator, Mapping

import msgspec

from playhead.automation.reflexes.conditions.paths import ABSENT, inside

MOST_MENTIONED = 20
LONGEST_VALUE = 200
_STRING = r'"(?:[^"\\]|\\.)*"'
_PATH = re.compile(rf"\bevent((?:\.[A-Za-z_]\w*(?!\w*\s*\()|\[(?:\d{{1,6}}|{_STRING})\])+)")
_STEP = re.compile(rf"\.([A-Za-z_]\w*)|\[(\d+)\]|\[({_STRING})\]")


def mentioned(source: str, facts: Mapping[str, object]) -> dict[str, object]:
    """Return what ``source`` names and what it was; a value that is long is cut to a text."""
    found: dict[str, object] = {}
    for name, value in _named(source, facts):
        if len(found) == MOST_MENTIONED:
            break
        found[name] = bounded(value)
    return found


def bounded(value: object) -> object:
    """Return ``value``, or the beginning of its JSON where that is long."""
    if isinstance(value, str) and len(value) <= LONGEST_VALUE:
        return value
    text = msgspec.json.encode(value, enc_hook=str).decode()
    return value if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def _named(source: str, facts: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for name, value in facts.items():
        if name != "event" and re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", source):
            yield name, value
    for match in _PATH.finditer(source):
        value = _walk(facts.get("event"), match[1])
        if value is not ABSENT:
            yield match[0], value


def _walk(value: object, path: str) -> object:
    for step in _STEP.finditer(path):
        if step[2] is not None:
            value = inside(value, int(step[2]))
        else:
            value = inside(value, step[1] if step[1] is not None else _unquoted(step[3]))
    return value


def _unquoted(literal: str) -> str:
    return re.sub(r"\\(.)", r"\1", literal[1:-1])
