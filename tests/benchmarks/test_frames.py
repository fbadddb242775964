"""What the benchmarks read is what the exchange sends: parsed, in sequence, never negative."""

from collections import Counter
from itertools import pairwise

from benchmarks.history import History
from benchmarks.simulated import simulated_frames
from playhead.history.capture import Record
from playhead.history.kalshi import BookDelta, BookSnapshot, parse


def _records(events: int) -> list[Record]:
    history = History()
    return [*history.opening(), *(r for batch in history.batches(events) for r in batch)]


def test_the_same_seed_gives_the_same_simulated_frames() -> None:
    assert list(simulated_frames(500)) == list(simulated_frames(500))


def test_simulated_frames_are_received_in_order_and_are_nearly_all_changes() -> None:
    received = list(simulated_frames(2_000))
    kinds = Counter(type(parse(frame)) for _, frame in received)
    assert all(before <= after for (before, _), (after, _) in pairwise(received))
    assert kinds[BookDelta] > 1_500


def test_a_history_is_snapshots_and_then_changes_without_a_gap_in_the_sequence() -> None:
    messages = [parse(record.payload) for record in _records(300)]
    assert [message.seq for message in messages] == list(range(1, 321))
    assert [type(m) for m in messages] == [BookSnapshot] * 20 + [BookDelta] * 300


def test_a_history_never_takes_more_from_a_level_than_it_holds() -> None:
    sizes: Counter[tuple[str, int, int]] = Counter()
    for message in map(parse, (record.payload for record in _records(5_000))):
        if isinstance(message, BookSnapshot):
            sizes.update({(message.market_ticker, 0, p): s for p, s in message.yes})
            sizes.update({(message.market_ticker, 1, p): s for p, s in message.no})
        elif isinstance(message, BookDelta):
            sizes[message.market_ticker, message.side, message.price] += message.change
    assert min(sizes.values()) >= 0


def test_a_history_taken_in_pieces_goes_on_where_it_was() -> None:
    history = History()
    first, second = next(history.batches(10)), next(history.batches(10))
    assert first[-1].next_offset == second[0].offset
