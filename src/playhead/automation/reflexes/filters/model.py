"""Conditions as filters: what they are made of. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

MOST_CONDITIONS = 50
MOST_DEPTH = 10
MOST_VALUES = 100
LONGEST_TEXT = 500
LONGEST_REGEX = 200


class Operator(StrEnum):
    """How a filter compares. All but ``NOT_EXISTS`` say no where there is no value."""

    EQUALS = "equals"
    NOT_EQUALS = "not_equals"
    CONTAINS = "contains"
    NOT_CONTAINS = "not_contains"
    STARTS_WITH = "startsWith"
    ENDS_WITH = "endsWith"
    REGEX = "regex"
    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"
    EXISTS = "exists"
    NOT_EXISTS = "not_exists"
    IN = "in"
    NOT_IN = "not_in"


@dataclass(frozen=True, slots=True)
class Test:
    """A filter: the value at ``path`` compared with ``value``."""

    path: str
    operator: Operator
    value: object
    place: str


@dataclass(frozen=True, slots=True)
class Exactly:
    """One pair of the flat form: the event has this ``value`` under this ``key``."""

    key: str
    value: object
    place: str


@dataclass(frozen=True, slots=True)
class Text:
    """An expression: ``field op value``, a field that is to be true, or CEL."""

    text: str
    place: str


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions of which all, or any, must hold."""

    match_all: bool
    members: Sequence["Test | Exactly | Text | Group"]


Node = Test | Exactly | Text | Group
