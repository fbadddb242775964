"""Processes are killed at random moments; nothing is lost, nothing doubled, nothing made up."""

from collections import Counter
from pathlib import Path
from random import Random

import pytest

from tests.chaos.checks import check_everything
from tests.chaos.stage import VICTIMS, Stage, staged

SOAK_KILLS = 24


@pytest.mark.parametrize("second", ["ingest", "postgres"])
def test_what_survives_two_kills_is_whole(second: str, tmp_path: Path) -> None:
    random = Random(second)
    with staged(tmp_path / "home", markets=30, rate=400, seed=7) as stage:
        for victim in ("recorder", second):
            stage.let_run(random.uniform(0.5, 1.5))
            stage.kill(victim)
        stage.end_recording()

        found = check_everything(stage, random)

    print(found)
    assert found.causes["restart"] >= 20
    assert min(found.events, found.proven, found.true_books, found.dead_instants) > 0


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_what_survives_many_kills_of_everything_is_whole(tmp_path: Path) -> None:
    seed = Random().randrange(1_000_000)
    print(f"seed {seed}")
    random = Random(seed)
    with staged(tmp_path / "home", markets=60, rate=1500, seed=seed) as stage:
        while len(stage.kills) < SOAK_KILLS or {kill.name for kill in stage.kills} < set(VICTIMS):
            disturb(stage, random)
        stage.end_recording()

        found = check_everything(stage, random)

    print(Counter(kill.name for kill in stage.kills), found)
    assert {"restart", "gap"} <= set(found.causes)
    assert min(found.events, found.proven, found.true_books) > 1000
    assert found.dead_instants > 100


def disturb(stage: Stage, random: Random) -> None:
    """Let it work a while, and do it some harm."""
    stage.let_run(random.uniform(0.2, 8.0))
    if random.random() < 0.5:
        stage.lose_a_frame()
        stage.let_run(random.uniform(0.0, 2.0))
    alive = stage.alive()
    if alive:
        stage.kill(random.choice(alive))
