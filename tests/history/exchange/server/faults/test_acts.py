"""What a fault makes of a frame, without a socket."""

import json

from playhead.history.books import Size
from playhead.history.exchange.server.faults.acts import AlterSize, Outcome, Swap
from playhead.history.exchange.server.faults.frame import Frame

SNAPSHOT = Frame('{"type":"orderbook_snapshot","sid":1,"seq":8,"msg":{"market_ticker":"A"}}\n')


def change(seq: int, size: str = "1.00") -> Frame:
    return Frame(
        f'{{"type":"orderbook_delta","sid":1,"seq":{seq},"msg":{{"market_ticker":"A",'
        f'"delta_fp":"{size}","ts":"2026-11-21T12:00:00Z"}},"sending_ts_ms":5}}\n'
    )


def only_changes(frame: Frame) -> bool:
    return frame.is_change


def test_only_neighbours_that_are_both_meant_change_places() -> None:
    swap, early, first, second = Swap(only_changes), change(7), change(9), change(10)

    assert swap.meet(SNAPSHOT) is None
    assert swap.meet(early) == Outcome((), is_over=False)
    assert swap.meet(SNAPSHOT) == Outcome((early.text, SNAPSHOT.text), is_over=False)
    assert swap.meet(first) == Outcome((), is_over=False)
    assert swap.meet(second) == Outcome((second.text, first.text), (first, second))


def test_an_altered_size_is_never_nothing() -> None:
    outcome = AlterSize(only_changes, Size(-100)).meet(change(7))

    assert outcome is not None
    (told,) = outcome.sent
    assert json.loads(told) == change(7, size="-1.00").fields
    assert told.endswith(',"sending_ts_ms":5}\n')
