"""Deciding what fires: by the events' own times, the same however they are fed."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playhead.automation.reflexes.decide import Because, Decider, Decision, Occasion, Past
from playhead.automation.reflexes.model import Rules
from playhead.base.time import Micros

spans = st.integers(0, 20).map(Micros)
rules = st.builds(
    Rules,
    debounce=spans,
    throttle=spans,
    dedupe_key=st.just("key"),
    dedupe_window=st.integers(1, 20).map(Micros),
)
occasions = st.lists(
    st.tuples(st.integers(0, 60), st.sampled_from([None, "a", "b"])), max_size=15
).map(
    lambda found: [
        Occasion(number, Micros(at), key)
        for number, (at, key) in enumerate(sorted(found, key=lambda each: each[0]))
    ]
)
END = Micros(1000)


def _all(rules: Rules, met: list[Occasion]) -> list[Decision]:
    decider, found = Decider(rules), list[Decision]()
    for occasion in met:
        found += [each for each in [decider.settle(occasion.at)] if each]
        found += decider.meet(occasion)
    return found + [each for each in [decider.settle(END)] if each]


@given(rules, occasions)
def test_every_occasion_is_decided_once(rules: Rules, met: list[Occasion]) -> None:
    decided = [each.occasion.id for each in _all(rules, met)]
    assert sorted(map(str, decided)) == sorted(str(each.id) for each in met)


@given(rules, occasions)
def test_firings_keep_their_distance_from_each_other(rules: Rules, met: list[Occasion]) -> None:
    fired = [each.occasion for each in _all(rules, met) if each.fires]
    for one, other in pairwise(fired):
        assert other.at - one.at >= rules.throttle
    for key in ("a", "b"):
        times = [each.at for each in fired if each.key == key]
        assert all(b - a >= rules.dedupe_window for a, b in pairwise(times))


@given(rules, occasions)
def test_what_is_debounced_has_a_newer_one_within_the_quiet(
    rules: Rules, met: list[Occasion]
) -> None:
    for decision in _all(rules, met):
        at = decision.occasion.at
        later = [each.at for each in met if each.at > at]
        if decision.because is Because.DEBOUNCED:
            assert decision.by is not None
            assert decision.by - at < rules.debounce
        elif rules.debounce and later:
            assert min(later) - at >= rules.debounce or any(
                each.at == at and each is not decision.occasion for each in met
            )


@given(rules, occasions, st.integers(0, 15))
def test_a_decider_goes_on_from_what_was_written_down(
    rules: Rules, met: list[Occasion], cut: int
) -> None:
    first, rest = met[:cut], met[cut:]
    decider, found = Decider(rules), list[Decision]()
    for occasion in first:
        found += [each for each in [decider.settle(occasion.at)] if each]
        found += decider.meet(occasion)
    fired = [each.occasion for each in found if each.fires]
    keys = {each.key: each.at for each in fired if each.key is not None}
    last = max((each.at for each in fired), default=None)
    again = Decider(rules, Past(last, keys, decider.waiting))
    for occasion in rest:
        found += [each for each in [again.settle(occasion.at)] if each]
        found += again.meet(occasion)
    found += [each for each in [again.settle(END)] if each]
    assert found == _all(rules, met)


def test_a_firing_that_came_to_nothing_can_be_taken_back() -> None:
    decider = Decider(Rules(throttle=Micros(10), dedupe_key="key", dedupe_window=Micros(10)))
    (first,) = decider.meet(Occasion(1, Micros(0), "a"))
    decider.take_back(first)
    (second,) = decider.meet(Occasion(2, Micros(1), "a"))
    assert second.fires
    with pytest.raises(ValueError, match="last firing"):
        decider.take_back(first)
