"""Decide which of the events that match are to fire. Pure: by the events' own times alone.

The same code decides live and when a reflex is rehearsed over the past, so both give the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from playhead.automation.reflexes.model import Rules
from playhead.base.time import Micros


class Because(StrEnum):
    """Why an event fired or did not. Clients read these words: they are only added to."""

    FIRED = "fired"
    DEBOUNCED = "debounced"
    THROTTLED = "throttled"
    DUPLICATE = "duplicate"
    NOT_MATCHED = "not_matched"
    INACTIVE = "reflex_inactive"
    TOO_DEEP = "too_deep"
    TOO_MANY = "too_many"
    KEY_UNKNOWN = "dedupe_key_unknown"
    REFUSED = "refused"
    CRASHED = "crashed"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Occasion:
    """An event whose condition matched.

    Attributes:
        id: Anything that tells it from others.
        at: When it happened.
        key: The value of the reflex's key; None where it has none.
    """

    id: object
    at: Micros
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """What was fired before.

    Attributes:
        last_fired_at: The newest event that fired.
        fired_keys: When an event of that key fired last, at least for all in the window.
        waiting: The one that is being debounced.
    """

    last_fired_at: Micros | None = None
    fired_keys: Mapping[str, Micros] = field(default_factory=dict)
    waiting: Occasion | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of an occasion.

    Attributes:
        because: In a word.
        by: The time of the event that stood in its way, where one did.
    """

    occasion: Occasion
    because: Because
    by: Micros | None = None

    @property
    def fires(self) -> bool:
        """Whether the skill is to run."""
        return self.because is Because.FIRED


class Decider:
    """Decides one occasion after the other, in the order of their times.

    Before each ``meet``, ask ``settle(occasion.at)``: a debounced one whose quiet has ended by then
    comes first.
    """

    def __init__(self, rules: Rules, past: Past | None = None) -> None:
        past = past or Past()
        self._rules = rules
        self._last = past.last_fired_at
        self._keys = dict(past.fired_keys)
        self.waiting = past.waiting
        self._before: tuple[Decision, Micros | None, Micros | None] | None = None

    @property
    def due_at(self) -> Micros | None:
        """When the one that waits fires if nothing else matches; None: none waits."""
        return None if self.waiting is None else Micros(self.waiting.at + self._rules.debounce)

    def settle(self, until: Micros) -> Decision | None:
        """Decide the one that waits if its quiet has ended at ``until``, inclusive."""
        waiting = self.waiting
        if waiting is None or waiting.at + self._rules.debounce > until:
            return None
        self.waiting = None
        return self._decide(waiting)

    def meet(self, occasion: Occasion) -> list[Decision]:
        """Decide what ``occasion`` decides: itself, or, if it is to wait, the one that waited."""
        if not self._rules.debounce:
            return [self._decide(occasion)]
        waited, self.waiting = self.waiting, occasion
        return [] if waited is None else [Decision(waited, Because.DEBOUNCED, occasion.at)]

    def take_back(self, decision: Decision) -> None:
        """Forget the firing decided last: it could not be carried out."""
        if self._before is None or self._before[0] is not decision:
            raise ValueError("only the last firing can be taken back")
        _, self._last, key_at = self._before
        key = decision.occasion.key
        if key is not None:
            if key_at is None:
                self._keys.pop(key, None)
            else:
                self._keys[key] = key_at
        self._before = None

    def _decide(self, occasion: Occasion) -> Decision:
        rules, at, key = self._rules, occasion.at, occasion.key
        fired_at = None if key is None else self._keys.get(key)
        if fired_at is not None and abs(at - fired_at) < rules.dedupe_window:
            return Decision(occasion, Because.DUPLICATE, fired_at)
        if self._last is not None and rules.throttle and at - self._last < rules.throttle:
            return Decision(occasion, Because.THROTTLED, self._last)
        decision = Decision(occasion, Because.FIRED)
        self._before = (decision, self._last, fired_at)
        self._last = at if self._last is None else max(self._last, at)
        if key is not None:
            self._keys[key] = at if fired_at is None else max(fired_at, at)
        return decision
