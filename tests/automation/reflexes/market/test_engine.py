"""What a reflex matches depends on the moments alone, never on where its process ended."""

from collections.abc import Iterable, Iterator, Sequence

from hypothesis import given
from hypothesis import strategies as st

from playhead.automation.reflexes.conditions import compile_condition
from playhead.automation.reflexes.market.engine import Listening, Match, ReflexFold
from playhead.automation.reflexes.market.facts import MARKET_KINDS
from playhead.automation.reflexes.market.fold import MarketFold
from playhead.automation.timeline import (
    BookChanged,
    BookClosed,
    BookOpened,
    BookSide,
    Moment,
    Place,
    StatusChanged,
    Traded,
)
from playhead.base.time import Micros

NEAR = 'book.best_yes_bid > price("0.60") && book.spread <= price("0.02")'
SINCE = Micros(1_000)
TICKERS = ("A", "B")


def listening(
    condition: str | None = NEAR, on: Sequence[str] = ("book",), *, each: bool = False
) -> Listening:
    program = None if condition is None else compile_condition(condition, MARKET_KINDS)
    return Listening(1, program, None, frozenset(on), each, SINCE)


def reflex(
    condition: str | None = NEAR, on: Sequence[str] = ("book",), *, each: bool = False
) -> ReflexFold:
    return ReflexFold(listening(condition, on, each=each))


def opened(
    bid: int, ask: int, *, position: int = 1, at: int = 1_000, ticker: str = "A"
) -> BookOpened:
    """A book with one bid and one offer of YES, in cents."""
    yes, no = ((bid * 10_000, 100),), (((100 - ask) * 10_000, 100),)
    return BookOpened(ticker, position, Micros(at), None, yes, no, position)


def changed(
    cents: int, delta: int, *, position: int, at: int, side: BookSide = "yes", ticker: str = "A"
) -> BookChanged:
    return BookChanged(ticker, position, Micros(at), None, side, cents * 10_000, delta)


def matches(
    reflex: ReflexFold, markets: dict[str, MarketFold], moments: Iterable[Moment]
) -> Iterator[Match]:
    """Give what one reflex matches of ``moments``; ``markets`` and the reflex move on."""
    for moment in moments:
        market = markets.get(moment.ticker)
        if market is None:
            market = markets[moment.ticker] = MarketFold(moment.ticker)
        kind = market.take(moment)
        if kind is not None:
            match = reflex.see(market, moment, kind)
            if match is not None:
                yield match


def found(fold: ReflexFold, *moments: Moment) -> list[Match]:
    return list(matches(fold, {}, moments))


def test_it_matches_where_the_condition_comes_to_hold_and_not_while_it_holds() -> None:
    met = found(
        reflex(),
        opened(55, 63),
        changed(61, 100, position=2, at=2_000),
        changed(62, 100, position=3, at=3_000),
        changed(62, -100, position=4, at=4_000),
        changed(61, -100, position=5, at=5_000),
        changed(61, 100, position=6, at=6_000),
    )

    assert [each.source_id for each in met] == ["A:2:1", "A:6:1"]
    assert met[0].facts["book.best_yes_bid"] == 610_000
    assert met[0].facts["previous.best_yes_bid"] == 550_000
    assert met[0].facts["book.spread"] == 20_000


def test_in_mode_each_it_matches_whenever_the_condition_holds() -> None:
    met = found(
        reflex(each=True),
        opened(61, 62),
        changed(50, 100, position=2, at=2_000),
        changed(61, -100, position=3, at=3_000),
    )

    assert [each.source_id for each in met] == ["A:1:1", "A:2:1"]


def test_what_holds_already_when_it_begins_is_no_edge() -> None:
    met = found(
        reflex(),
        opened(61, 62, at=999),
        changed(50, 100, position=2, at=2_000),
    )

    assert met == []


def test_a_market_that_had_no_book_before_has_not_held() -> None:
    assert [each.source_id for each in found(reflex(), opened(61, 62))] == ["A:1:1"]


def test_what_a_condition_came_to_is_kept_while_nothing_is_known() -> None:
    closed = BookClosed("A", 1, Micros(2_000), "gap")

    still = found(reflex(), opened(61, 62, at=900), closed, opened(61, 62, position=5, at=3_000))
    again = found(reflex(), opened(50, 62, at=900), closed, opened(61, 62, position=5, at=3_000))

    assert still == []
    assert [each.source_id for each in again] == ["A:5:1"]


def test_a_book_that_is_not_known_matches_nothing_that_looks_at_it() -> None:
    big = 'trade.size >= contracts("5.00") && book.best_yes_bid > price("0.60")'
    trade = Traded("A", "t1", Micros(2_500), None, 610_000, 500, "yes", False)
    closed = BookClosed("A", 1, Micros(2_000), "gap")

    assert found(reflex(big, ["trade"]), opened(61, 62), closed, trade) == []
    assert len(found(reflex(big, ["trade"]), opened(61, 62), trade)) == 1


def test_a_change_of_status_is_seen_with_the_one_before() -> None:
    paused = 'market.status == "inactive" && market.previous_status == "active"'
    statuses = [
        StatusChanged("A", Micros(900), None, "active"),
        StatusChanged("A", Micros(2_000), None, "inactive"),
        StatusChanged("A", Micros(3_000), None, "active"),
        StatusChanged("A", Micros(4_000), None, "inactive"),
    ]

    met = found(reflex(paused, ["lifecycle"]), *statuses)

    assert [each.at for each in met] == [2_000, 4_000]


def test_without_a_condition_every_moment_of_its_kind_matches() -> None:
    trades = [
        Traded("A", f"t{number}", Micros(2_000), None, 610_000, 500, None, False)
        for number in range(2)
    ]

    met = found(reflex(None, ["trade"]), opened(61, 62), *trades)

    assert [each.source_id for each in met] == ["A:trade:t0:1", "A:trade:t1:1"]


@st.composite
def courses(draw: st.DrawFn) -> list[Moment]:
    """Books that open, change, close and open again; trades between."""
    moments: list[Moment] = []
    is_open = dict.fromkeys(TICKERS, False)
    at = 990
    for position in range(1, draw(st.integers(5, 40))):
        at += draw(st.integers(0, 3))
        ticker = draw(st.sampled_from(TICKERS))
        if not is_open[ticker]:
            bid = draw(st.integers(58, 62))
            moments.append(opened(bid, bid + 2, position=position, at=at, ticker=ticker))
            is_open[ticker] = True
        elif draw(st.integers(0, 9)) == 0:
            moments.append(BookClosed(ticker, position - 1, Micros(at), "gap"))
            is_open[ticker] = False
        else:
            cents = draw(st.integers(57, 62))
            delta = draw(st.sampled_from([100, -100]))
            moments.append(changed(cents, delta, position=position, at=at, ticker=ticker))
    return moments


@given(courses(), st.integers(0, 40), st.booleans())
def test_cutting_the_stream_anywhere_changes_nothing(
    moments: list[Moment], cut: int, each: bool
) -> None:
    whole = names(found(reflex(each=each), *moments))

    before = reflex(each=each)
    first = names(list(matches(before, {}, moments[:cut])))
    after = reflex(each=each)
    again: list[Moment] = []
    for ticker in TICKERS:
        place, book = stand(moments[:cut], ticker)
        if place is not None:
            after.resume(ticker, place, holds=before.holds(ticker))
            again += [book] if book is not None else []
    second = names(list(matches(after, {}, [*again, *moments[cut:]])))

    assert first + second == whole


def test_an_older_interval_that_is_given_again_makes_no_news_of_the_newer_one() -> None:
    moments: list[Moment] = [
        opened(58, 60, at=993),
        BookClosed("A", 1, Micros(1_000), "gap"),
        opened(61, 63, position=6),
        changed(61, -100, position=7, at=1_000),
    ]
    fold, markets = reflex(), dict[str, MarketFold]()

    first = names(list(matches(fold, markets, moments)))

    assert (first, list(matches(fold, markets, moments))) == (["A:6:1"], [])


def test_intervals_of_one_instant_that_are_given_again_make_no_news() -> None:
    moments: list[Moment] = [
        opened(58, 60, position=1),
        BookClosed("A", 1, SINCE, "gap"),
        opened(58, 60, position=3),
        BookClosed("A", 3, SINCE, "gap"),
        opened(61, 63, position=5),
    ]
    fold, markets = reflex(), dict[str, MarketFold]()

    first = names(list(matches(fold, markets, moments)))

    assert (first, list(matches(fold, markets, moments))) == (["A:5:1"], [])


@given(courses(), st.integers(0, 40))
def test_what_is_given_again_matches_nothing_again(moments: list[Moment], back: int) -> None:
    fold, markets = reflex(), dict[str, MarketFold]()
    whole = names(list(matches(fold, markets, moments)))

    repeated = names(list(matches(fold, markets, moments[back:])))

    assert repeated == []
    assert whole == names(found(reflex(), *moments))


def names(met: Sequence[Match]) -> list[str]:
    return [each.source_id for each in met]


def stand(moments: Sequence[Moment], ticker: str) -> tuple[Place | None, BookOpened | None]:
    """Where a feed would say that a market stands, and the book that it would begin with."""
    market, place = MarketFold(ticker), None
    for each in moments:
        if each.ticker != ticker:
            continue
        market.take(each)
        is_open = market.top.known
        place = Place(market.from_position, market.position, each.received_at, None, is_open)
    if place is None or not place.is_open:
        return place, None
    yes, no = market.levels(100)
    assert market.position is not None
    assert market.from_position is not None
    position, began = market.position, market.from_position
    return place, BookOpened(
        ticker, position, place.received_at, None, tuple(yes), tuple(no), began
    )
