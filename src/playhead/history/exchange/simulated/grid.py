"""Price grids: the prices at which an order may rest, as bands of equal steps."""

from dataclasses import dataclass
from functools import cache

from playhead.history.books import DOLLAR, Price

_CENT = 10_000


@dataclass(frozen=True, slots=True)
class Band:
    """Prices from ``start`` up to ``end``, ``step`` apart, all in micro-dollars."""

    start: Price
    end: Price
    step: Price


@dataclass(frozen=True, slots=True)
class Grid:
    """Every price that an order may have in a market, ascending, strictly inside a dollar."""

    label: str
    bands: tuple[Band, ...]
    prices: tuple[Price, ...]

    def nearest(self, price: int) -> Price:
        """Return the grid price closest to ``price``; the lower one of two equally close."""
        band = self.bands[-1]
        for candidate in self.bands:  # a loop: this is where a busy exchange spends its time
            if price < candidate.end:
                band = candidate
                break
        steps = (price - band.start + (band.step - 1) // 2) // band.step
        snapped = band.start + steps * band.step
        return Price(min(max(snapped, self.prices[0]), self.prices[-1]))


def _uniform(step: int) -> tuple[tuple[int, int, int], ...]:
    return ((0, DOLLAR, step),)


def _edges(edge: int, width: int, centre: int) -> tuple[tuple[int, int, int], ...]:
    far = DOLLAR - width
    return ((0, width, edge), (width, far, centre), (far, DOLLAR, edge))


_TENTH = DOLLAR // 10
STRUCTURES: dict[str, tuple[tuple[int, int, int], ...]] = {
    "linear_cent": _uniform(_CENT),
    "deci_cent": _uniform(1_000),
    "tapered_deci_cent": _edges(1_000, _TENTH, _CENT),
    "center_whole_edge_half_cent": _edges(5_000, _TENTH, _CENT),
    "center_whole_edge_quint_cent": _edges(2_000, _TENTH, _CENT),
    "center_half_edge_half_cent": _uniform(5_000),
    "center_half_edge_quint_cent": _edges(2_000, _TENTH, 5_000),
    "center_half_edge_deci_cent": _edges(1_000, _TENTH, 5_000),
    "center_quint_edge_quint_cent": _uniform(2_000),
    "center_quint_edge_deci_cent": _edges(1_000, _TENTH, 2_000),
    "center_centi_edge_centi_cent": _uniform(100),
    "center_deci_edge_centi_cent": _edges(100, _CENT, 1_000),
}
"""Bands (start, end, step) in micro-dollars by label. Source: the exchange's documentation."""


@cache
def grid_of(label: str) -> Grid:
    """Return the grid that ``label`` names.

    Raises:
        KeyError: No structure has that label.
    """
    bands = tuple(Band(Price(a), Price(b), Price(step)) for a, b, step in STRUCTURES[label])
    prices = tuple(
        Price(price)
        for band in bands
        for price in range(band.start, band.end, band.step)
        if price > 0
    )
    return Grid(label, bands, prices)
