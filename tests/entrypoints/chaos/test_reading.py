"""The union of what several recorders know."""

from playhead.entrypoints.chaos.reading import union


def test_spans_that_touch_or_overlap_are_one() -> None:
    assert union([(5, 9), (0, 3), (3, 4), (8, 12), (6, 7)]) == [(0, 4), (5, 12)]


def test_empty_spans_are_nothing() -> None:
    assert union([(3, 3), (5, 4)]) == []
    assert union([]) == []
