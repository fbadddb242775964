"""A book in YES prices."""

from hypothesis import given
from hypothesis import strategies as st

from playhead.history.books import (
    DOLLAR,
    Book,
    Level,
    Price,
    Size,
    best_levels,
    ladder_of,
    parse_price,
    parse_size,
)

PRICES = st.integers(min_value=1, max_value=DOLLAR - 1).map(Price)
SIZES = st.integers(min_value=1, max_value=10**9).map(Size)
BOOKS = st.builds(
    Book, yes=st.dictionaries(PRICES, SIZES, max_size=20), no=st.dictionaries(PRICES, SIZES)
)


def level(price: str, size: str) -> Level:
    return Level(parse_price(price), parse_size(size))


def test_a_no_bid_is_a_yes_ask_at_a_dollar_less_its_price() -> None:
    ladder = ladder_of(Book(no={parse_price("0.455"): parse_size("3")}))

    assert ladder.asks == (level("0.545", "3"),)


def test_the_best_of_both_sides_comes_first() -> None:
    ladder = ladder_of(
        Book(
            yes={parse_price("0.40"): parse_size("1"), parse_price("0.41"): parse_size("2")},
            no={parse_price("0.50"): parse_size("3"), parse_price("0.57"): parse_size("4")},
        )
    )

    assert ladder.bids == (level("0.41", "2"), level("0.40", "1"))
    assert ladder.asks == (level("0.43", "4"), level("0.50", "3"))


def test_depth_keeps_the_best_levels() -> None:
    bids = {parse_price(price): parse_size("1") for price in ("0.10", "0.30", "0.20")}

    assert best_levels(bids, 2) == [level("0.20", "1"), level("0.30", "1")]


def test_the_middle_is_exact_in_halves() -> None:
    ladder = ladder_of(Book(yes={Price(1): Size(1)}, no={Price(DOLLAR - 4): Size(1)}))

    assert (ladder.spread, ladder.mid_halves) == (3, 5)


def test_one_empty_side_has_no_spread_and_no_middle() -> None:
    ladder = ladder_of(Book(yes={Price(1): Size(1)}))

    assert (ladder.spread, ladder.mid_halves) == (None, None)


@given(book=BOOKS)
def test_every_ask_is_a_no_bid_and_every_no_bid_an_ask(book: Book) -> None:
    asks = {(ask.price, ask.size) for ask in ladder_of(book).asks}

    assert asks == {(DOLLAR - price, size) for price, size in book.no.items()}


@given(book=BOOKS)
def test_bids_fall_and_asks_rise(book: Book) -> None:
    ladder = ladder_of(book)

    assert [bid.price for bid in ladder.bids] == sorted(book.yes, reverse=True)
    assert [ask.price for ask in ladder.asks] == sorted(ask.price for ask in ladder.asks)


@given(book=BOOKS, depth=st.integers(min_value=1, max_value=30))
def test_depth_cuts_only_the_tail(book: Book, depth: int) -> None:
    whole, cut = ladder_of(book), ladder_of(book, depth)

    assert (cut.bids, cut.asks) == (whole.bids[:depth], whole.asks[:depth])
