"""Prices of a model over time, and what an answer cost. Pure; integers only."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from playhead.automation.models.prices.errors import PriceBookInvalid
from playhead.automation.models.usage import TokenClass
from playhead.base.time import Micros

PICO_PER_MICRO = 1_000_000
PICO_PER_DOLLAR = 1_000_000_000_000


class Snapshot(StrEnum):
    """A date at the end of a name, which means the same model as it stood then."""

    COMPACT = "-YYYYMMDD"
    AT = "@YYYYMMDD"
    DASHED = "-YYYY-MM-DD"


_SNAPSHOTS = {
    Snapshot.COMPACT: re.compile(r"-20\d{6}$", re.ASCII),
    Snapshot.AT: re.compile(r"@20\d{6}$", re.ASCII),
    Snapshot.DASHED: re.compile(r"-20\d\d-\d\d-\d\d$", re.ASCII),
}


@dataclass(frozen=True, slots=True)
class Tier:
    """Prices from a size of request on.

    Attributes:
        above: They hold when the request has more tokens than this, cached and written ones
            included, and then for every token of it and of its answer.
        pico_dollars: For one token of a class. One pico-dollar a token is $0.000001 a million.
    """

    above: int
    pico_dollars: Mapping[TokenClass, int]


@dataclass(frozen=True, slots=True)
class Period:
    """Prices from an instant on, inclusive, until the next period; tiers from 0 upwards."""

    valid_from: Micros
    tiers: tuple[Tier, ...]

    def tier_of(self, asked: int) -> Tier:
        """Return the prices of a request of ``asked`` tokens."""
        return next((tier for tier in reversed(self.tiers) if asked > tier.above), self.tiers[0])


@dataclass(frozen=True, slots=True)
class ModelPrices:
    """A model and what it cost when.

    Attributes:
        provider: Who sells it.
        model: The name that it is known by here.
        periods: By instant, ascending; at least one.
        aliases: Other names that mean it. Nothing else does, but for ``snapshots``.
        snapshots: Which dates may follow the name or an alias.
        context_window: Tokens that it can hold; None where this is not known.
    """

    provider: str
    model: str
    periods: tuple[Period, ...]
    aliases: frozenset[str] = frozenset()
    snapshots: frozenset[Snapshot] = frozenset()
    context_window: int | None = None

    def __post_init__(self) -> None:
        starts = [period.valid_from for period in self.periods]
        _check(bool(starts) and starts == sorted(set(starts)), self, "periods must ascend")
        for period in self.periods:
            steps = [tier.above for tier in period.tiers]
            _check(steps[:1] == [0] and steps == sorted(set(steps)), self, "tiers start at 0")
            for tier in period.tiers:
                _check(min(tier.pico_dollars.values(), default=0) >= 0, self, "a price below 0")

    def period_at(self, at: Micros) -> Period | None:
        """Return the prices that hold at ``at``; None before the first."""
        return next((period for period in reversed(self.periods) if period.valid_from <= at), None)


@dataclass(frozen=True, slots=True)
class Cost:
    """What tokens cost, exactly, by class. Costs of one tier add up class by class."""

    pico_dollars_of: Mapping[TokenClass, int]

    @property
    def pico_dollars(self) -> int:
        """The whole, exact."""
        return sum(self.pico_dollars_of.values())

    @property
    def micro_dollars(self) -> int:
        """The whole, rounded up to a millionth of a dollar, so that we never pay the rest."""
        return -(-self.pico_dollars // PICO_PER_MICRO)

    @property
    def dollars(self) -> Decimal:
        """The whole, exact."""
        return Decimal(self.pico_dollars).scaleb(-12)


def without_snapshot(name: str) -> tuple[str, Snapshot] | None:
    """Return ``name`` without the date at its end, and the date's form; None without one."""
    for form, pattern in _SNAPSHOTS.items():
        if pattern.search(name):
            return pattern.sub("", name), form
    return None


def pico_dollars_of(dollars_per_million: Decimal) -> int:
    """Return a price per token in pico-dollars.

    Raises:
        PriceBookInvalid: It is not finite, or has more than six digits after the point.
    """
    if not dollars_per_million.is_finite():
        raise PriceBookInvalid(f"{dollars_per_million} is no price", field="price")
    scaled = dollars_per_million.scaleb(6)
    if scaled != int(scaled):
        raise PriceBookInvalid(f"{dollars_per_million} has too many digits", field="price")
    return int(scaled)


def _check(is_right: bool, model: ModelPrices, told: str) -> None:
    if not is_right:
        raise PriceBookInvalid(f"{model.provider} {model.model}: {told}", field="periods")
