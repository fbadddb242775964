"""The tape made anew: the same, or what differs; never while somebody writes to it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from playhead.entrypoints.ingest import LOCK
from playhead.entrypoints.rebuild import TapeInUse, check_recording, replace_tape
from playhead.entrypoints.settings import Settings
from playhead.storage.postgres import Session
from tests.history.ingest.test_follow import eventful
from tests.history.taping import Taping, capture_store, write_capture


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """A home with two captures that are on the tape, sealed."""
    store = capture_store(tmp_path)
    for seed in (1, 2):
        write_capture(store, eventful(seed, records=600), name=f"made-{seed}")
    taping = Taping(database_url, store)
    taping.ingest()
    taping.seal()
    return Settings(home=tmp_path, database_url=database_url)


def numbers(url: str) -> dict[str, int]:
    with Session.open(url) as session:
        rows = session.fetch_all("SELECT ticker, market_id FROM markets")
    return {row.ticker: row.market_id for row in rows}


def test_a_tape_that_is_replaced_comes_out_the_same_and_markets_keep_their_numbers(
    settings: Settings,
) -> None:
    url = str(settings.database_url)
    taping = Taping(url, capture_store(settings.home))
    before, known = taping.fingerprint(), numbers(url)

    report = replace_tape(settings)

    assert report.is_whole
    assert report.comparison.segments > 0
    assert taping.fingerprint().segments == before.segments
    assert numbers(url) == known


def test_a_tape_is_not_replaced_under_an_ingest_at_work(settings: Settings) -> None:
    before = numbers(str(settings.database_url))
    with Session.open(str(settings.database_url)) as ingest:
        assert ingest.take_lock(LOCK)

        with pytest.raises(TapeInUse, match="--check"):
            replace_tape(settings)

    assert numbers(str(settings.database_url)) == before


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE segments SET digest = '' WHERE first_position = "
        "(SELECT min(first_position) FROM segments)",
        "UPDATE coverage SET received_to = received_to + 1 WHERE closed_by = 'gap'",
        "UPDATE events SET size = size + 1",
    ],
    ids=["segment", "interval", "row"],
)
def test_a_check_sees_what_the_captures_do_not_say(
    damage: str, new_database: Callable[[], str], tmp_path: Path
) -> None:
    store, url = capture_store(tmp_path), new_database()
    write_capture(store, list(eventful(3, records=600))[:-1])  # not finished: some rows stay
    taping = Taping(url, store)
    taping.ingest()
    taping.seal()
    settings = Settings(home=tmp_path, database_url=url)
    assert check_recording(settings).is_whole

    with Session.open(url) as session:
        session.execute(damage)

    assert not check_recording(settings).comparison.is_same
