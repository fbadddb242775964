"""Every frame that the real exchange was recorded to send is read, whole and in order."""

from collections import Counter

import pytest

from playhead.history.kalshi import (
    BookSnapshot,
    Message,
    SequenceTracker,
    Unknown,
    Unparsable,
    Verdict,
    parse,
)
from tests.history.kalshi.recordings import recorded

KINDS = {
    "kxbtcmaxy-2025-11": {"BookSnapshot": 5, "BookDelta": 7_797},
    "inxd-2023-08-31": {"BookSnapshot": 8, "BookDelta": 32_843},
    "kxbtc-2026-04-18": {"Subscribed": 2, "BookSnapshot": 8, "BookDelta": 61, "ErrorReply": 3},
    "demo-quiet-2026-06-11": {"Subscribed": 2, "BookSnapshot": 1, "BookDelta": 4},
    "demo-quiet-use-yes-price-2026-06-11": {"Subscribed": 2, "BookSnapshot": 1, "BookDelta": 2},
}
CONTINUOUS = [*KINDS]
SAMPLES = ["one-frame-of-each-type-2026-05-20", "ticker-2026-02-12", "trade-2026-02-12"]


def messages(name: str) -> list[tuple[int, Message]]:
    return [(line.connection, parse(line.frame)) for line in recorded(name)]


@pytest.mark.parametrize("name", KINDS)
def test_a_recording_holds_what_was_counted_in_it(name: str) -> None:
    assert Counter(type(message).__name__ for _, message in messages(name)) == KINDS[name]


@pytest.mark.parametrize("name", SAMPLES)
def test_every_sampled_frame_is_read(name: str) -> None:
    found = [message for _, message in messages(name)]

    assert found
    assert not [message for message in found if isinstance(message, Unparsable | Unknown)]


@pytest.mark.parametrize("name", CONTINUOUS)
def test_a_continuous_recording_has_no_gap(name: str) -> None:
    trackers: dict[int, SequenceTracker] = {}
    verdicts = {
        trackers.setdefault(connection, SequenceTracker()).check(message.sid, message.seq)
        for connection, message in messages(name)
    }

    assert verdicts <= {Verdict.IN_ORDER, Verdict.UNNUMBERED}


def test_the_same_book_with_and_without_yes_prices_is_the_same_book() -> None:
    frames = [line.frame for line in recorded("demo-quiet-use-yes-price-2026-06-11")]
    books = [parse(frame, use_yes_price=True) for frame in frames]

    snapshot = next(book for book in books if isinstance(book, BookSnapshot))

    assert (snapshot.yes, snapshot.no) == (((470_000, 300),), ((480_000, 100),))


def test_an_empty_book_was_recorded_without_sides() -> None:
    found = [message for _, message in messages("one-frame-of-each-type-2026-05-20")]

    snapshot = next(message for message in found if isinstance(message, BookSnapshot))

    assert (snapshot.yes, snapshot.no) == ((), ())
