"""Matching: price, then time, and a YES and a NO bid meet at a dollar."""

from collections.abc import Iterable
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from playhead.history.books import DOLLAR, Book, Change, Price, Side, Size, fold
from playhead.history.exchange.simulated.engine import Effect, Fill, MatchingEngine

CENT = 10_000


@dataclass(frozen=True)
class Place:
    side: Side
    price: Price
    size: Size


@dataclass(frozen=True)
class Cancel:
    number: int


Action = Place | Cancel
PLACES = st.builds(
    Place,
    st.sampled_from(Side),
    st.integers(1, 99).map(lambda cents: Price(cents * CENT)),
    st.integers(1, 500).map(Size),
)
ACTIONS = st.lists(st.one_of(PLACES, st.builds(Cancel, st.integers(1, 40))), max_size=60)


def run(engine: MatchingEngine, action: Action) -> list[Effect]:
    if isinstance(action, Cancel):
        return engine.cancel(action.number)
    return engine.place(action.side, action.price, action.size)


def run_all(actions: Iterable[Action]) -> tuple[MatchingEngine, list[Effect]]:
    engine = MatchingEngine()
    return engine, [effect for action in actions for effect in run(engine, action)]


def changes(effects: Iterable[Effect]) -> list[Change]:
    return [effect for effect in effects if isinstance(effect, Change)]


def fills(effects: Iterable[Effect]) -> list[Fill]:
    return [effect for effect in effects if isinstance(effect, Fill)]


def yes(cents: int, size: int) -> Place:
    return Place(Side.YES, Price(cents * CENT), Size(size))


def no(cents: int, size: int) -> Place:
    return Place(Side.NO, Price(cents * CENT), Size(size))


def is_crossed(book: Book) -> bool:
    return bool(book.yes and book.no) and max(book.yes) + max(book.no) >= DOLLAR


@given(actions=ACTIONS)
def test_changes_fold_to_the_book(actions: list[Action]) -> None:
    engine, effects = run_all(actions)

    assert fold(Book(), changes(effects)) == engine.book()


@given(actions=ACTIONS)
def test_book_is_crossed_after_no_change(actions: list[Action]) -> None:
    book = Book()
    for change in changes(run_all(actions)[1]):
        book = fold(book, [change])
        assert not is_crossed(book)


@given(actions=ACTIONS)
def test_what_was_placed_rests_was_cancelled_or_was_matched_on_both_sides(
    actions: list[Action],
) -> None:
    engine, placed, cancelled, matched = MatchingEngine(), 0, 0, 0
    for action in actions:
        effects = run(engine, action)
        matched += sum(fill.size for fill in fills(effects))
        if isinstance(action, Place):
            placed += action.size
        else:
            cancelled -= sum(change.size for change in changes(effects))

    resting = sum(order.remaining for order in engine.orders())
    assert placed == resting + cancelled + 2 * matched


@given(actions=ACTIONS)
def test_best_and_levels_agree_with_the_orders_that_rest(actions: list[Action]) -> None:
    engine, _ = run_all(actions)

    for side in Side:
        resting = [order for order in engine.orders() if order.side is side]
        assert engine.best(side) == max((order.price for order in resting), default=None)
        assert sum(engine.levels(side).values()) == sum(order.remaining for order in resting)


@given(actions=ACTIONS, taker=PLACES)
def test_makers_are_met_by_price_and_then_by_age(actions: list[Action], taker: Place) -> None:
    engine, _ = run_all(actions)
    waiting = sorted(
        (order for order in engine.orders() if order.side is not taker.side),
        key=lambda order: (-order.price, order.number),
    )
    queue = [order.number for order in waiting if order.price + taker.price >= DOLLAR]

    met = [fill.maker for fill in fills(run(engine, taker))]

    assert met == queue[: len(met)]


def test_a_taker_gets_the_resting_price() -> None:
    engine, _ = run_all([no(60, 300)])

    effects = run(engine, yes(45, 100))

    assert effects == [
        Change(Side.NO, Price(60 * CENT), Size(-100)),
        Fill(1, Side.YES, Price(40 * CENT), Size(100)),
    ]


def test_what_is_left_of_a_taker_rests_after_its_matches() -> None:
    engine, _ = run_all([no(60, 30), no(55, 50)])

    effects = run(engine, yes(45, 100))

    assert [fill.size for fill in fills(effects)] == [30, 50]
    assert effects[-1] == Change(Side.YES, Price(45 * CENT), Size(20))
    assert engine.book() == Book(yes={Price(45 * CENT): Size(20)}, no={})


def test_bids_that_sum_to_less_than_a_dollar_do_not_meet() -> None:
    engine, effects = run_all([no(60, 10), yes(39, 10)])

    assert fills(effects) == []
    assert engine.size_at_best(Side.YES) == engine.size_at_best(Side.NO) == 10


def test_cancelling_twice_takes_away_once() -> None:
    engine, _ = run_all([yes(10, 7)])

    assert engine.cancel(1) == [Change(Side.YES, Price(10 * CENT), Size(-7))]
    assert engine.cancel(1) == []


def test_cancel_all_empties_the_book_oldest_first() -> None:
    engine, _ = run_all([yes(10, 7), no(20, 5), yes(11, 3)])

    effects = engine.cancel_all()

    assert [change.size for change in changes(effects)] == [-7, -5, -3]
    assert engine.book() == Book(yes={}, no={})
