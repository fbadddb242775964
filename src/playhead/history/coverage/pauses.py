"""When the exchange did not trade, from what it said about itself. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from playhead.base.time import Micros
from playhead.history.coverage.explain import Pause


@dataclass(frozen=True, slots=True)
class Said:
    """What the exchange said of one of its matching engines at an instant."""

    at: Micros
    exchange_index: int
    is_active: bool


def pauses_of(said: Iterable[Said]) -> list[Pause]:
    """Return the stretches in which no engine was active, in order.

    Whoever heard it, the last word counts; of two at one instant that of activity. Give only the
    words about one engine to learn of its pauses.
    """
    active: dict[int, bool] = {}
    pauses: list[Pause] = []
    since: Micros | None = None
    for each in sorted(said, key=lambda each: (each.at, each.is_active)):
        active[each.exchange_index] = each.is_active
        is_paused = not any(active.values())
        if is_paused and since is None:
            since = each.at
        elif not is_paused and since is not None:
            if since < each.at:
                pauses.append(Pause(since, each.at))
            since = None
    return pauses if since is None else [*pauses, Pause(since, None)]
