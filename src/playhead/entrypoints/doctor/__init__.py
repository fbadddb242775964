"""Examines a Playhead: what is well, what is wrong, and what to do about it.

Checks are pure functions that return findings; only `examining`, and the functions named
`examine_*`, ask files and servers. Nothing is changed.
"""

from playhead.entrypoints.doctor.examining import SETTINGS, examine
from playhead.entrypoints.doctor.findings import Finding, Level, has_problem, problem

__all__ = ["SETTINGS", "Finding", "Level", "examine", "has_problem", "problem"]
