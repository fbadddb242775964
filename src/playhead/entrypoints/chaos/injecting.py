"""How each fault is done to a connection of the exchange."""

from collections.abc import Callable, Mapping
from random import Random

from playhead.entrypoints.chaos.kinds import Kind
from playhead.entrypoints.chaos.lanes import Lane, Lanes
from playhead.history.books import Size
from playhead.history.exchange import Faults, Injected, NothingFits, Pending, UnknownConnection

_MOST_DROPPED = 3
_MOST_ALTERED = 5_000  # hundredths of a contract
_BUSY = 100  # changes so far

Inject = Callable[[Faults, Lane, Random], Injected | Pending]


def _drop(faults: Faults, lane: Lane, random: Random) -> Pending:
    """Lose some changes of books, or one frame of whatever the connection carries.

    Where little is said, no more than one: the subscription would be taken for a silent one before
    a number shows that anything is missing.
    """
    if lane.changes > _BUSY:
        count = random.randint(1, _MOST_DROPPED)
        return faults.drop(lane.number, lane.sid, count, only_changes=True)
    return faults.drop(lane.number, random.choice((lane.sid, *lane.feeds)))


def _alter(faults: Faults, lane: Lane, random: Random) -> Pending:
    by = Size(random.choice((-1, 1)) * random.randint(1, _MOST_ALTERED))
    return faults.alter_size(lane.number, lane.sid, by)


ON_CONNECTION: Mapping[Kind, Inject] = {
    Kind.DROP: _drop,
    Kind.DUPLICATE: lambda faults, lane, _: faults.duplicate(lane.number, lane.sid),
    Kind.SWAP: lambda faults, lane, _: faults.swap(lane.number, lane.sid),
    Kind.CUT: lambda faults, lane, _: faults.cut(lane.number, lane.sid),
    Kind.UNKNOWN_TYPE: lambda faults, lane, _: faults.unknown_type(lane.number, lane.sid),
    Kind.LOSE_SILENTLY: lambda faults, lane, _: faults.lose_silently(lane.number, lane.sid),
    Kind.ALTER_SIZE: _alter,
    Kind.OFF_GRID: lambda faults, lane, _: faults.off_grid(lane.number, lane.sid),
    Kind.CROSS: lambda faults, lane, _: faults.cross(lane.number, lane.sid),
    Kind.NEGATIVE: lambda faults, lane, _: faults.negative(lane.number, lane.sid),
    Kind.SEQUENCE_RESTART: lambda faults, lane, _: faults.sequence_restart(lane.number, lane.sid),
    Kind.ERROR_10: lambda faults, lane, _: faults.error_10(lane.number, lane.sid),
    Kind.ERROR_25: lambda faults, lane, _: faults.error_25(lane.number, lane.sid),
    Kind.FREEZE: lambda faults, lane, _: faults.freeze(lane.number, lane.sid),
    Kind.BLACK_HOLE: lambda faults, lane, _: faults.black_hole(lane.number),
    Kind.RESET: lambda faults, lane, _: faults.reset(lane.number),
    Kind.CLOSE_1001: lambda faults, lane, _: faults.close_1001(lane.number),
    Kind.CLOSE_1008: lambda faults, lane, _: faults.close_1008(lane.number),
}
"""Faults of one connection but for ``delay``; what is random about them is drawn."""


async def inject(
    kind: Kind, lane: Lane, lanes: Lanes, random: Random, delay_seconds: float
) -> Injected | None:
    """Do a fault to a connection and return it once it has acted; None: there was no occasion."""
    faults = lanes.exchange.faults
    try:
        if kind is Kind.DELAY:
            return faults.delay(lane.number, delay_seconds)
        done = ON_CONNECTION[kind](faults, lane, random)
    except (NothingFits, UnknownConnection):
        return None
    if isinstance(done, Injected):
        return done
    await lanes.until(lambda: done not in faults.pending)
    return done.injected
