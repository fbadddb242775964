"""What an examination finds, a line each. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"
    UNCHECKED = "not checked"
    """What it needs does not run, or could not be asked."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found.

    Attributes:
        check: What was looked at, in a word or two.
        says: What was found.
        remedy: What to do about it; empty where there is nothing to do.
    """

    check: str
    level: Level
    says: str
    remedy: str = ""


def ok(check: str, says: str) -> Finding:
    """Return that all is well."""
    return Finding(check, Level.OK, says)


def warning(check: str, says: str, remedy: str) -> Finding:
    """Return what will be a problem one day."""
    return Finding(check, Level.WARNING, says, remedy)


def problem(check: str, says: str, remedy: str) -> Finding:
    """Return what is wrong."""
    return Finding(check, Level.PROBLEM, says, remedy)


def unchecked(check: str, why: str, remedy: str = "") -> Finding:
    """Return that it could not be looked at, and why."""
    return Finding(check, Level.UNCHECKED, why, remedy)


def has_problem(findings: Iterable[Finding]) -> bool:
    """Return whether anything is wrong."""
    return any(finding.level is Level.PROBLEM for finding in findings)
