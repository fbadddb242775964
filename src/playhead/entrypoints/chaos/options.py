"""What a run of chaos is told."""

from dataclasses import dataclass

from playhead.base.errors import Invalid
from playhead.entrypoints.chaos.kinds import Kind
from playhead.entrypoints.chaos.pace import HASTY, Pace

CHANGES_A_MARKET = 6
"""Changes of a book a second, on average over all markets; a few markets have most of them."""


class InvalidChaos(Invalid):
    """An option of a run is out of bounds."""

    code = "chaos.invalid"


@dataclass(frozen=True, slots=True)
class ChaosOptions:
    """One run.

    Attributes:
        faults: How many are injected.
        seed: Of the exchange and of the faults. The same seed gives the same faults in the same
            order; the moment at which each acts depends on the machine.
        recorders: How many record every market.
        markets: Listed at the start.
        connections: Of each recorder, at the start; markets that come later bring more.
        only: These kinds of fault alone; empty: all of them.
        pace: How patient recorder and ingest are.
    """

    faults: int = 300
    seed: int = 1
    recorders: int = 1
    markets: int = 120
    connections: int = 40
    only: tuple[Kind, ...] = ()
    pace: Pace = HASTY

    @property
    def markets_per_connection(self) -> int:
        """As few as fit."""
        return -(-self.markets // self.connections)

    @property
    def rate(self) -> float:
        """Changes of books a second, over all markets."""
        return float(self.markets * CHANGES_A_MARKET)

    def __post_init__(self) -> None:
        _require(self.faults >= 1, "faults", "at least 1")
        _require(1 <= self.recorders <= 9, "recorders", "between 1 and 9")
        _require(10 <= self.markets <= 10_000, "markets", "between 10 and 10000")
        _require(1 <= self.connections <= self.markets, "connections", "at most one a market")


def _require(holds: bool, name: str, bounds: str) -> None:
    if not holds:
        raise InvalidChaos(f"{name} must be {bounds}", field=name)
