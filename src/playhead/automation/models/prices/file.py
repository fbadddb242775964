"""Price books as files: a line that says where they come from, then a line a model."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cache
from importlib.resources import files

import msgspec

from playhead.automation.models.prices.book import PriceBook
from playhead.automation.models.prices.errors import PriceBookInvalid
from playhead.automation.models.prices.model import (
    ModelPrices,
    Period,
    Snapshot,
    Tier,
    pico_dollars_of,
)
from playhead.automation.models.usage import TokenClass
from playhead.base.time import format_instant, parse_instant

SHIPPED = "prices.jsonl"


class Origin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first line: where the prices come from, and when they were taken."""

    source: str
    taken_on: str
    unit: str = "US dollars per million tokens"


class _TierLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    above: int
    prices: dict[TokenClass, Decimal]


class _PeriodLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    valid_from: str
    tiers: list[_TierLine]


class _ModelLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    provider: str
    model: str
    periods: list[_PeriodLine]
    aliases: list[str] = []
    snapshots: list[Snapshot] = []
    context_window: int | None = None


def read_models(text: str) -> tuple[Origin, list[ModelPrices]]:
    """Return the origin and the models of a price book's text.

    Raises:
        PriceBookInvalid: A line is malformed, or has a price that cannot be exact.
    """
    first, *rest = text.splitlines() or [""]
    try:
        origin = msgspec.json.decode(first, type=Origin)
        lines = [msgspec.json.decode(line, type=_ModelLine) for line in rest if line]
    except msgspec.DecodeError as error:
        raise PriceBookInvalid(f"a price book that cannot be read: {error}") from error
    return origin, [_model_of(line) for line in lines]


def write_models(origin: Origin, models: Iterable[ModelPrices]) -> str:
    """Return a price book's text, by provider and name: equal books give equal texts."""
    ordered = sorted(models, key=lambda each: (each.provider, each.model))
    lines: Sequence[msgspec.Struct] = [origin, *(_line_of(each) for each in ordered)]
    return "".join(msgspec.json.encode(line).decode() + "\n" for line in lines)


@cache
def price_book_shipped() -> PriceBook:
    """Return the price book that comes with the package; it is read once."""
    text = files(__package__).joinpath(SHIPPED).read_text(encoding="utf-8")
    return PriceBook(read_models(text)[1])


def _model_of(line: _ModelLine) -> ModelPrices:
    return ModelPrices(
        provider=line.provider,
        model=line.model,
        periods=tuple(_period_of(each) for each in line.periods),
        aliases=frozenset(line.aliases),
        snapshots=frozenset(line.snapshots),
        context_window=line.context_window,
    )


def _period_of(line: _PeriodLine) -> Period:
    tiers = (
        Tier(each.above, {name: pico_dollars_of(price) for name, price in each.prices.items()})
        for each in line.tiers
    )
    return Period(parse_instant(line.valid_from), tuple(tiers))


def _line_of(model: ModelPrices) -> _ModelLine:
    return _ModelLine(
        provider=model.provider,
        model=model.model,
        periods=[_period_line_of(each) for each in model.periods],
        aliases=sorted(model.aliases),
        snapshots=sorted(model.snapshots),
        context_window=model.context_window,
    )


def _period_line_of(period: Period) -> _PeriodLine:
    return _PeriodLine(
        format_instant(period.valid_from),
        [
            _TierLine(tier.above, {name: _dollars(pico) for name, pico in _sorted(tier)})
            for tier in period.tiers
        ],
    )


def _sorted(tier: Tier) -> list[tuple[TokenClass, int]]:
    return [(name, tier.pico_dollars[name]) for name in TokenClass if name in tier.pico_dollars]


def _dollars(pico_dollars: int) -> Decimal:
    # Without an exponent: 30 is written "30", not "3E+1".
    return Decimal(format(Decimal(pico_dollars).scaleb(-6).normalize(), "f"))
