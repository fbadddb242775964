"""Paths into an event: ``order.items[0].name``. Pure."""

import re
from typing import Final

from playhead.automation.reflexes.conditions.errors import ConditionInvalid

MOST_STEPS = 20
LONGEST_PATH = 200
_STEP = re.compile(r"(?:^|\.)([^.\[\]]{1,100})|\[(\d{1,6})\]")
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_RESERVED = frozenset(
    {"as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in"}
    | {"let", "loop", "package", "namespace", "null", "return", "true", "var", "void", "while"}
)


class _Absent:
    """The value of what is not there."""


ABSENT: Final = _Absent()


def steps_of(path: str, *, field: str = "field") -> list[str | int]:
    """Return the keys and places that a path names, in order.

    Raises:
        ConditionInvalid: It is none, is too long, or goes too deep.
    """
    steps: list[str | int] = []
    end = 0
    for match in _STEP.finditer(path):
        if match.start() != end:
            break
        end = match.end()
        steps.append(match[1] if match[1] is not None else int(match[2]))
    if not steps or end != len(path) or len(path) > LONGEST_PATH or len(steps) > MOST_STEPS:
        raise ConditionInvalid("a path looks like order.items[0].name", field=field)
    return steps


def walk(event: object, path: str) -> object:
    """Return the value at ``path``, or ``ABSENT``."""
    value = event
    for step in steps_of(path):
        value = inside(value, step)
    return value


def inside(value: object, step: str | int) -> object:
    """Return what ``value`` has under a key or at a place, or ``ABSENT``."""
    if isinstance(step, str):
        return value.get(step, ABSENT) if isinstance(value, dict) else ABSENT
    return value[step] if isinstance(value, list) and step < len(value) else ABSENT


def expression_of(path: str, *, field: str = "field") -> str:
    """Return the CEL that reads ``path`` of the event."""
    return "event" + "".join(_access(step) for step in steps_of(path, field=field))


def quoted(text: str) -> str:
    """Return ``text`` as a literal of CEL."""
    return '"' + "".join(_escaped(each) for each in text) + '"'


def _escaped(character: str) -> str:
    if character in {'"', "\\"}:
        return "\\" + character
    code = ord(character)
    if character.isprintable() and code < 0x7F:
        return character
    return f"\\U{code:08x}"


def _access(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    if _IDENTIFIER.fullmatch(step) and step not in _RESERVED:
        return f".{step}"
    return f"[{quoted(step)}]"
