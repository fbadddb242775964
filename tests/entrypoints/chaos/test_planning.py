"""Which faults come."""

from itertools import groupby

from playhead.entrypoints.chaos.kinds import ALONE, Kind
from playhead.entrypoints.chaos.planning import plan_faults


def test_the_same_seed_gives_the_same_faults_and_another_one_others() -> None:
    assert plan_faults(200, 7) == plan_faults(200, 7)
    assert plan_faults(200, 7) != plan_faults(200, 8)


def test_every_kind_comes_where_there_is_room_for_all() -> None:
    for seed in range(20):
        planned = plan_faults(100, seed)
        assert len(planned) == 100
        assert set(planned) == set(Kind)


def test_a_few_faults_are_a_few() -> None:
    assert [len(plan_faults(count, 1)) for count in (1, 2, 3)] == [1, 2, 3]


def test_only_the_chosen_kinds_come() -> None:
    assert set(plan_faults(50, 1, [Kind.DROP, Kind.CRASH])) == {Kind.DROP, Kind.CRASH}


def test_faults_that_need_everything_to_be_quiet_are_rare_and_come_together() -> None:
    planned = plan_faults(10_000, 1)
    alone = [kind in ALONE for kind in planned]

    assert 0 < sum(alone) < 200
    assert sum(is_alone for is_alone, _ in groupby(alone)) <= sum(alone) / 4
