"""The digest of a book: the same for the same book, and for no other."""

import random
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from playhead.history.books import DOLLAR, Book, Price, Size, book_digest

PRICES = st.integers(min_value=1, max_value=DOLLAR - 1).map(Price)
SIZES = st.integers(min_value=1, max_value=10**9).map(Size)
SIDES = st.dictionaries(PRICES, SIZES, max_size=12)
BOOKS = st.builds(Book, yes=SIDES, no=SIDES)
TICKERS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-", min_size=1, max_size=12)


def test_the_digest_is_of_the_documented_text() -> None:
    yes = {Price(420_000): Size(1250), Price(5_000): Size(100)}
    text = "playhead-book-1\nKXA-1\nyes 0.0050 1.00\nyes 0.4200 12.50\nno 0.45505 3.00\n"

    digest = book_digest("KXA-1", Book(yes=yes, no={Price(455_050): Size(300)}))

    assert digest == f"sha256:{sha256(text.encode()).hexdigest()}"


@given(book=BOOKS, ticker=TICKERS, seed=st.integers())
def test_the_order_of_insertion_does_not_matter(book: Book, ticker: str, seed: int) -> None:
    shuffled = Book(yes=_shuffled(book.yes, seed), no=_shuffled(book.no, seed))

    assert book_digest(ticker, shuffled) == book_digest(ticker, book)


@given(one=BOOKS, other=BOOKS, ticker=TICKERS)
def test_two_books_have_one_digest_only_if_they_are_equal(
    one: Book, other: Book, ticker: str
) -> None:
    assert (book_digest(ticker, one) == book_digest(ticker, other)) == (one == other)


@given(side=SIDES.filter(bool), ticker=TICKERS)
def test_the_sides_are_told_apart(side: dict[Price, Size], ticker: str) -> None:
    assert book_digest(ticker, Book(yes=side)) != book_digest(ticker, Book(no=side))


@given(book=BOOKS.filter(lambda book: bool(book.yes)), ticker=TICKERS, data=st.data())
def test_one_level_changed_changes_the_digest(book: Book, ticker: str, data: st.DataObject) -> None:
    price = data.draw(st.sampled_from(sorted(book.yes)))
    altered = {**book.yes, price: data.draw(SIZES.filter(lambda size: size != book.yes[price]))}

    assert book_digest(ticker, Book(altered, book.no)) != book_digest(ticker, book)


@given(book=BOOKS, one=TICKERS, other=TICKERS)
def test_two_markets_never_share_a_digest(book: Book, one: str, other: str) -> None:
    assert (book_digest(one, book) == book_digest(other, book)) == (one == other)


def _shuffled(levels: object, seed: int) -> dict[Price, Size]:
    assert isinstance(levels, dict)
    items = list(levels.items())
    random.Random(seed).shuffle(items)
    return dict(items)
