"""What one connection makes of what it hears."""

import pytest

from playhead.history.books import Price, Size
from playhead.history.kalshi import (
    Acknowledged,
    BookDelta,
    BookSnapshot,
    ErrorReply,
    LifecycleEvent,
    MarketLifecycle,
    Subscribed,
    Trade,
    Unparsable,
    commands,
    parse,
)
from playhead.history.recorder import Cause
from playhead.history.recorder.conversation import Conversation
from playhead.history.recorder.tallies import Tally
from tests.history.recorder.builders import Ears, conversation

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
    talk = conversation(FEEDS, ears, tally)
    talk.books.want(["A", "B"])
    talk.say(0)
    for number, channel in enumerate([*FEEDS, commands.BOOKS], start=1):
        talk.hear(Subscribed(id=number, sid=number, channel=channel), 0)
    return talk


def delta(seq: int, *, change: int = 1, sent_at: int = 1) -> BookDelta:
    frame = parse(
        f'{{"type":"orderbook_delta","sid":3,"seq":{seq},"sending_ts_ms":{sent_at},"msg":'
        f'{{"market_ticker":"A","price":1,"delta":{change},"side":"no"}}}}'
    )
    assert isinstance(frame, BookDelta)
    return frame


def test_feeds_are_subscribed_before_books(ears: Ears, tally: Tally) -> None:
    talk = conversation(FEEDS, ears, tally)
    talk.books.want(["A"])

    channels = [parse_channel(text) for text in talk.say(0)]

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


def test_a_counter_that_goes_back_heals_and_is_told_from_a_gap(
    talk: Conversation, tally: Tally
) -> None:
    for seq in (1, 2, 1):
        talk.hear(delta(seq), 0)

    assert [text for text in talk.say(0) if "get_snapshot" in text]
    assert (tally.gaps, tally.sequence_backs) == (0, 1)


def test_a_doubled_message_is_no_gap(talk: Conversation, tally: Tally) -> None:
    talk.hear(delta(1), 0)
    talk.hear(delta(1, sent_at=7), 0)

    assert (tally.gaps, tally.sequence_backs, tally.duplicates) == (0, 0, 1)


def test_the_same_number_with_other_content_is_a_step_back(
    talk: Conversation, tally: Tally
) -> None:
    talk.hear(delta(1), 0)
    talk.hear(delta(1, change=2), 0)

    assert (tally.sequence_backs, tally.heals, tally.duplicates) == (1, 1, 0)


def test_a_subscription_whose_first_messages_are_missing_has_a_gap(
    talk: Conversation, tally: Tally
) -> None:
    talk.hear(delta(2), 0)

    assert (tally.gaps, tally.heals) == (1, 1)


def test_messages_may_come_before_the_answer_to_subscribe(ears: Ears, tally: Tally) -> None:
    talk = conversation([], ears, tally)
    talk.books.want(["A"])
    talk.say(0)
    talk.hear(BookSnapshot(sid=3, seq=1, market_ticker="A"), 0)

    talk.hear(Subscribed(id=1, sid=3, channel=commands.BOOKS), 0)
    talk.hear(delta(3), 0)

    assert tally.gaps == 1


def test_a_number_that_is_given_out_again_counts_anew(talk: Conversation, tally: Tally) -> None:
    talk.hear(delta(1), 0)
    talk.hear(ErrorReply(sid=3, seq=2, code=25), 0)
    talk.say(31)
    talk.hear(Subscribed(id=4, sid=3, channel=commands.BOOKS), 31)

    talk.hear(delta(1), 31)

    assert (tally.gaps, tally.sequence_backs) == (0, 0)


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

    assert (ears.misses, tally.feed_gaps, tally.heals) == (1, 1, 0)


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


def test_books_are_healed_after_frames_that_cannot_be_read_but_not_without_end(
    talk: Conversation, tally: Tally
) -> None:
    for now in range(100):
        talk.hear(Unparsable(sid=3, seq=now + 1, reason="torn"), now)
        talk.say(now)

    assert (tally.unparsable, tally.gaps) == (100, 0)
    assert 1 <= tally.heals < 30


def test_a_frame_of_which_nobody_can_tell_whose_it_is_asks_for_a_number(
    talk: Conversation, tally: Tally
) -> None:
    talk.hear(BookSnapshot(sid=3, seq=1, market_ticker="A"), 0)
    talk.hear(BookSnapshot(sid=3, seq=2, market_ticker="B"), 0)
    talk.say(0)

    talk.hear(Unparsable(reason="torn"), 1)

    assert [text for text in talk.say(1) if "get_snapshot" in text]
    assert (tally.unparsable, tally.heals) == (1, 0)


def test_an_unreadable_frame_of_a_feed_heals_nothing(talk: Conversation, tally: Tally) -> None:
    talk.hear(Unparsable(sid=2, seq=1, reason="torn"), 0)

    assert (tally.unparsable, tally.heals) == (1, 0)


def test_a_feed_that_the_exchange_ends_is_subscribed_again(talk: Conversation) -> None:
    talk.hear(ErrorReply(sid=2, seq=5, code=25), 0)

    assert [parse_channel(text) for text in talk.say(31)] == [commands.TRADES]


def test_a_feed_that_the_exchange_refuses_is_done_without(ears: Ears, tally: Tally) -> None:
    talk = conversation([commands.TRADES], ears, tally)
    talk.say(0)

    talk.hear(ErrorReply(id=1, code=8), 0)

    assert (talk.say(31), talk.fault) == ([], None)


def test_a_feed_that_is_not_answered_twice_is_a_stall(ears: Ears, tally: Tally) -> None:
    talk = conversation([commands.TRADES], ears, tally)
    talk.say(0)

    talk.check(5)
    assert (len(talk.say(5)), talk.fault) == (1, None)
    talk.check(10)
    assert talk.fault is not None
    assert talk.fault.detail == "no answer to subscribe trade"


def test_a_feed_that_was_quiet_is_asked_whether_it_lives(ears: Ears, tally: Tally) -> None:
    talk = conversation([commands.TRADES], ears, tally, feed_quiet_seconds=60)
    talk.say(0)
    talk.hear(Subscribed(id=1, sid=2, channel=commands.TRADES), 0)
    talk.hear(trade(1), 30)

    assert talk.say(89) == []
    assert [parse_channel(text) for text in talk.say(90)] == [commands.TRADES]
    talk.hear(Acknowledged(id=2, sid=2, seq=2), 91)
    talk.check(100)
    assert (talk.say(150), talk.fault) == ([], None)


def test_an_end_that_does_not_say_of_what_gives_up_the_connection(talk: Conversation) -> None:
    talk.hear(ErrorReply(code=10, text="Channel error"), 0)

    assert talk.fault is not None
    assert talk.fault.cause is Cause.CHANNEL_ERROR


def test_a_refusal_of_a_command_with_the_same_code_gives_up_nothing(talk: Conversation) -> None:
    talk.hear(ErrorReply(id=3, code=10), 0)

    assert talk.fault is None
