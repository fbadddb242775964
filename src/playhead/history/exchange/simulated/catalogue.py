"""The kinds of question that the simulated exchange asks. Data only."""

from dataclasses import dataclass
from enum import StrEnum

from playhead.history.exchange.simulated.listing import SeriesListing


class Shape(StrEnum):
    """How the markets of an event share out its possible answers."""

    ABOVE = "above"
    """Rising strikes: each is YES if the value ends above it."""
    BETWEEN = "between"
    """Brackets side by side: one of them is YES."""
    CHOICE = "choice"
    """Named answers: one of them is YES."""
    WINDOW = "window"
    """A single market about a short span of time; a new one for every span."""


@dataclass(frozen=True, slots=True)
class Template:
    """How the events of a series are made.

    Attributes:
        every_seconds: From the close of one event to that of the next.
        base: Lowest strike, in hundredths of the unit asked about.
        step: Between strikes, in the same hundredths.
        fractional_share: How many of its markets trade in fractions of a contract.
    """

    series: SeriesListing
    shape: Shape
    every_seconds: int
    base: int = 0
    step: int = 100
    fractional_share: float = 0.4


_HOUR = 3_600
_DAY = 24 * _HOUR
_LINEAR = "linear_cent"
_TAPERED = "tapered_deci_cent"


def _template(
    names: tuple[str, str, str, str],
    shape: Shape,
    every_seconds: int,
    grid: str = _LINEAR,
    *,
    shard: int = 0,
    strikes: tuple[int, int] = (0, 100),
    fractional_share: float = 0.4,
) -> Template:
    ticker, title, category, frequency = names
    series = SeriesListing(ticker, title, category, frequency, (category,), shard, grid)
    base, step = strikes
    return Template(series, shape, every_seconds, base, step, fractional_share)


_ABOVE, _BETWEEN, _CHOICE, _WINDOW = Shape.ABOVE, Shape.BETWEEN, Shape.CHOICE, Shape.WINDOW

STANDING: tuple[Template, ...] = (
    _template(
        ("KXHIGHNY", "Highest temperature in New York", "Climate and Weather", "daily"),
        _BETWEEN, _DAY, strikes=(4_450, 200),
    ),
    _template(
        ("KXHIGHCHI", "Highest temperature in Chicago", "Climate and Weather", "daily"),
        _BETWEEN, _DAY, strikes=(3_850, 200),
    ),
    _template(
        ("KXINX", "S&P 500 at the close", "Financials", "daily"),
        _BETWEEN, _DAY, strikes=(6_01_250, 2_500), fractional_share=0.6,
    ),
    _template(
        ("KXBTCD", "Bitcoin price at the hour", "Crypto", "hourly"),
        _ABOVE, _HOUR, shard=2, strikes=(88_000_00, 250_00), fractional_share=0.8,
    ),
    _template(
        ("KXETHD", "Ether price at the hour", "Crypto", "hourly"),
        _ABOVE, _HOUR, "deci_cent", shard=2, strikes=(2_400_00, 40_00), fractional_share=0.8,
    ),
    _template(
        ("KXFED", "Fed funds rate", "Economics", "monthly"),
        _ABOVE, 45 * _DAY, strikes=(2_50, 25),
    ),
    _template(
        ("KXCPI", "Consumer price inflation", "Economics", "monthly"),
        _ABOVE, 30 * _DAY, strikes=(2_00, 10),
    ),
    _template(
        ("KXATPMATCH", "Tennis match", "Sports", "custom"),
        _CHOICE, 2 * _HOUR, "center_half_edge_half_cent", shard=3, fractional_share=0.7,
    ),
    _template(
        ("KXNBAGAME", "Basketball game", "Sports", "custom"),
        _CHOICE, 3 * _HOUR, shard=3, fractional_share=0.7,
    ),
    _template(
        ("KXTOPSONG", "Most streamed song", "Entertainment", "weekly"),
        _CHOICE, 7 * _DAY, "center_whole_edge_half_cent",
    ),
    _template(
        ("KXBTCMAXY", "How high will Bitcoin get this year", "Crypto", "annual"),
        _ABOVE, 365 * _DAY, "center_centi_edge_centi_cent",
        shard=2, strikes=(100_000_00, 10_000_00), fractional_share=0.8,
    ),
    _template(
        ("KXGASD", "Gas price", "Economics", "daily"),
        _ABOVE, _DAY, "deci_cent", strikes=(2_80, 1),
    ),
)  # fmt: skip
"""Series whose events were listed long before the simulation began."""

ROLLING: tuple[Template, ...] = (
    _template(
        ("KXBTC1M", "Bitcoin up in one minute", "Crypto", "one_minute"),
        _WINDOW, 60, _TAPERED, shard=2, strikes=(98_000_00, 1), fractional_share=1.0,
    ),
    _template(
        ("KXBTC15M", "Bitcoin up in 15 minutes", "Crypto", "fifteen_min"),
        _WINDOW, 900, _TAPERED, shard=2, strikes=(98_000_00, 1), fractional_share=1.0,
    ),
    _template(
        ("KXETH15M", "Ether up in 15 minutes", "Crypto", "fifteen_min"),
        _WINDOW, 900, _TAPERED, shard=2, strikes=(3_200_00, 1), fractional_share=1.0,
    ),
    _template(
        ("KXSOL5M", "Solana up in five minutes", "Crypto", "five_min"),
        _WINDOW, 300, "deci_cent", shard=2, strikes=(180_00, 1), fractional_share=1.0,
    ),
)  # fmt: skip
"""Series with a new event for every span of time: these open and close while you watch."""
