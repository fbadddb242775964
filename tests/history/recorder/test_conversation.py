"""What one connection makes of what it hears."""

from random import Random

import pytest

from playhead.history.books import Price, Size
from playhead.history.kalshi import (
    Acknowledged,
    BookDelta,
    ErrorReply,
    LifecycleEvent,
    MarketLifecycle,
    Subscribed,
    Trade,
    Unparsable,
    commands,
    parse,
)
from playhead.history.recorder.conversation import Conversation
from playhead.history.recorder.tallies import Tally
from tests.history.recorder.builders import Ears, options

FEEDS = (commands.LIFECYCLE, commands.TRADES)


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.fixture
def tally() -> Tally:
    return Tally()


@pytest.fixture
def talk(ears: Ears, tally: Tally) -> Conversation:
    """A conversation with lifecycles on 1, trades on 2 and the books of A and B on 3."""
    conversation = Conversation(options(), FEEDS, ears, Random(1), tally)
    conversation.books.want(["A", "B"])
    conversation.say(0)
    for number, channel in enumerate([*FEEDS, commands.BOOKS], start=1):
        conversation.hear(Subscribed(id=number, sid=number, channel=channel), 0)
    return conversation


def delta(seq: int, sid: int = 3) -> BookDelta:
    frame = parse(
        f'{{"type":"orderbook_delta","sid":{sid},"seq":{seq},"msg":'
        '{"market_ticker":"A","price":1,"delta":1,"side":"no"}}'
    )
    assert isinstance(frame, BookDelta)
    return frame


def test_feeds_are_subscribed_before_books(ears: Ears, tally: Tally) -> None:
    conversation = Conversation(options(), FEEDS, ears, Random(1), tally)
    conversation.books.want(["A"])

    channels = [parse_channel(text) for text in conversation.say(0)]

    assert channels == [commands.LIFECYCLE, commands.TRADES, commands.BOOKS]


def parse_channel(text: str) -> str:
    return next(channel for channel in (*FEEDS, commands.BOOKS) if f'["{channel}"]' in text)


def test_a_missing_number_of_the_books_heals_them(talk: Conversation, tally: Tally) -> None:
    talk.hear(delta(1), 0)
    talk.hear(delta(3), 0)

    assert [text for text in talk.say(0) if "get_snapshot" in text]
    assert tally.gaps == 1


def test_control_replies_count(talk: Conversation, tally: Tally) -> None:
    talk.hear(delta(1), 0)
    talk.hear(Acknowledged(sid=3, seq=2), 0)
    talk.hear(delta(3), 0)

    assert tally.gaps == 0


def test_a_doubled_message_is_no_gap(talk: Conversation, tally: Tally) -> None:
    talk.hear(delta(1), 0)
    talk.hear(delta(1), 0)

    assert (tally.gaps, tally.duplicates) == (0, 1)


def test_a_lifecycle_is_passed_on(talk: Conversation, ears: Ears) -> None:
    created = MarketLifecycle(sid=1, seq=1, market_ticker="C", event=LifecycleEvent.CREATED)

    talk.hear(created, 0)

    assert ears.lifecycles == [created]


def test_a_missing_lifecycle_is_passed_on_as_missing(
    talk: Conversation, ears: Ears, tally: Tally
) -> None:
    for seq in (1, 3):
        talk.hear(
            MarketLifecycle(sid=1, seq=seq, market_ticker="C", event=LifecycleEvent.SETTLED), 0
        )

    assert (ears.misses, tally.feed_gaps, tally.gaps) == (1, 1, 0)


def trade(seq: int) -> Trade:
    price, count = Price(500_000), Size(100)
    return Trade(
        sid=2,
        seq=seq,
        trade_id="t",
        market_ticker="A",
        yes_price=price,
        no_price=price,
        count=count,
    )


def test_a_missing_trade_is_counted_and_heals_nothing(talk: Conversation, tally: Tally) -> None:
    talk.hear(trade(1), 0)
    talk.hear(trade(3), 0)

    assert (tally.feed_gaps, talk.say(0)) == (1, [])


def test_a_frame_that_cannot_be_read_heals_but_not_without_end(
    talk: Conversation, tally: Tally
) -> None:
    for now in (0, 1, 2):
        talk.hear(Unparsable(reason="torn"), now)

    assert (tally.unparsable, tally.gaps) == (3, 1)


def test_an_unreadable_frame_of_a_feed_heals_nothing(talk: Conversation, tally: Tally) -> None:
    talk.hear(Unparsable(sid=2, seq=1, reason="torn"), 0)

    assert (tally.unparsable, tally.gaps) == (1, 0)


def test_a_feed_that_the_exchange_ends_is_subscribed_again(talk: Conversation) -> None:
    talk.hear(ErrorReply(sid=2, seq=5, code=25), 0)

    assert [parse_channel(text) for text in talk.say(31)] == [commands.TRADES]


def test_a_feed_that_the_exchange_refuses_is_done_without(ears: Ears, tally: Tally) -> None:
    conversation = Conversation(options(), [commands.TRADES], ears, Random(1), tally)
    conversation.say(0)

    conversation.hear(ErrorReply(id=1, code=8), 0)

    assert (conversation.say(31), conversation.fault) == ([], None)


def test_a_feed_that_is_not_answered_is_a_stall(ears: Ears, tally: Tally) -> None:
    conversation = Conversation(options(), [commands.TRADES], ears, Random(1), tally)
    conversation.say(0)

    conversation.say(5)

    assert conversation.fault is not None
    assert conversation.fault.detail == "no answer to subscribe trade"
