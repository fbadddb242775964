"""What is told of reflexes in numbers. Frozen values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from playhead.automation.reflexes.model import Event


@dataclass(frozen=True, slots=True)
class Counts:
    """What has come of one reflex.

    Attributes:
        events: By state.
        reasons: By why they fired or did not.
        executions: By status.
    """

    events: Mapping[str, int]
    reasons: Mapping[str, int]
    executions: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Overview:
    """What has come of all reflexes of an organisation.

    Attributes:
        reflexes, active, failing: By kind of trigger; failing is one whose last run failed.
        fired: By kind of trigger.
        completed, ended: Executions; ended are those that completed or failed.
        recent: Events that fired, the newest first.
    """

    reflexes: Mapping[str, int]
    active: int
    failing: int
    fired: Mapping[str, int]
    completed: int
    ended: int
    recent: Sequence[Event]
