"""What CEL says of a condition, in words for who wrote it."""

import re

from playhead.automation.reflexes.conditions.errors import ConditionInvalid

LONGEST = 300
_PLACE = re.compile(r"ERROR: <input>:(-?\d+):(-?\d+): ([^\n]*)")
_STATUS = re.compile(r"^[A-Z_]+: |\s*\[[A-Z_]+\]\s*$")
_OVERLOAD = re.compile(r"found no matching overload for '([^']+)' applied to '(.*)'")
_RUN_OVERLOAD = re.compile(r"No matching overloads found : (\S+?)\((.*)\)")
_NO_KEY = re.compile(r"Key not found in map : (.*)", re.DOTALL)
_NO_VALUE = re.compile(r'No value with name "([^"]+)" found')
_UNKNOWN_NAME = re.compile(r"undeclared reference to '([^']+)'")
_IN_CONTAINER = " (in container '')"
_DEEP = "recursion"


def at_save(said: str, *, field: str) -> ConditionInvalid:
    """Return the error for what CEL says when it compiles."""
    match = _PLACE.search(said)
    if match is None:
        return ConditionInvalid(_told(_bare(said)), field=field)
    line, column = int(match[1]), int(match[2])
    if line < 1:
        return ConditionInvalid(_told(match[3]), field=field)
    return ConditionInvalid(_told(match[3]), field=field, line=line, column=column)


def at_run(said: str) -> str:
    """Return why a condition could not be told, from what CEL says when it runs."""
    if (match := _NO_KEY.search(said)) is not None:
        return _short(f"there is no {match[1]} in it")
    if (match := _NO_VALUE.search(said)) is not None:
        return _short(f"{match[1]} is not known")
    if "Iteration budget" in said:
        return "it looks at too many elements"
    if (match := _RUN_OVERLOAD.search(said)) is not None:
        return _short(f"{_operator(match[1])} does not take ({match[2]})")
    return _short(_bare(said))


def _told(said: str) -> str:
    if _DEEP in said:
        return "it is nested too deeply"
    if (match := _OVERLOAD.search(said)) is not None:
        taken = match[2]
        hint = ""
        if "price" in taken:
            hint = '; a price is written price("0.60")'
        elif "contracts" in taken:
            hint = '; a size is written contracts("10.00")'
        return _short(f"{_operator(match[1])} does not take {taken}{hint}")
    if (match := _UNKNOWN_NAME.search(said)) is not None:
        return _short(f"there is no {match[1]} here")
    return _short(said.replace(_IN_CONTAINER, ""))


def _operator(name: str) -> str:
    return name.strip("_") or name


def _bare(said: str) -> str:
    return _STATUS.sub("", said).strip()


def _short(text: str) -> str:
    # What it quotes may be anything; what is kept and shown is a line of text.
    text = "".join(each if each.isprintable() else " " for each in text)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
