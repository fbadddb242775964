"""Price grids."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.history.books import DOLLAR, Price
from playhead.history.exchange.simulated.grid import STRUCTURES, grid_of

LABELS = st.sampled_from(sorted(STRUCTURES))


def test_tapered_grid_is_finer_at_both_edges() -> None:
    prices = grid_of("tapered_deci_cent").prices

    assert len(prices) == 99 + 80 + 100
    assert (prices[0], prices[99], prices[100]) == (1_000, 100_000, 110_000)
    assert prices[-1] == 999_000


@given(label=LABELS)
def test_every_whole_cent_is_on_every_grid_and_so_is_its_mirror(label: str) -> None:
    prices = set(grid_of(label).prices)

    assert prices.issuperset(range(10_000, DOLLAR, 10_000))
    assert {DOLLAR - price for price in prices} == prices


@given(label=LABELS, price=st.integers(-DOLLAR, 2 * DOLLAR))
def test_nearest_is_a_grid_price_and_none_is_nearer(label: str, price: int) -> None:
    grid = grid_of(label)

    nearest = grid.nearest(price)

    assert abs(nearest - price) == min(abs(other - price) for other in grid.prices)
    assert nearest in grid.prices


def test_an_unknown_structure_is_refused() -> None:
    with pytest.raises(KeyError):
        grid_of("no_such_label")


def test_of_two_equally_near_prices_the_lower_is_taken() -> None:
    assert grid_of("linear_cent").nearest(15_000) == Price(10_000)
