"""Every benchmark runs on a tiny size and gives its rows. How fast it was is not asserted."""

from collections.abc import Callable, Iterator
from functools import partial

import pytest

from benchmarks import demo, detection, flatness, ingest, instant, live, segments
from benchmarks.kernel import measuring as kernel
from benchmarks.machine import machine
from benchmarks.report import Row
from benchmarks.sizes import Sizes
from benchmarks.workshop import Workshop, workshop
from playhead.entrypoints.chaos import HASTY

TINY = Sizes(
    frames=30_000,
    plain_frames=1_000,
    repeats=1,
    instants=20,
    requests=20,
    history=(40_000, 50_000),
    recorded_seconds=2.0,
    faults=28,
    load_seconds=0.2,
    tenant_rows=2_000,
)
Measure = Callable[[Workshop], list[Row]]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    """A workshop of tiny sizes, without recordings."""
    folder = tmp_path_factory.mktemp("workshop")
    with workshop(TINY, folder / "nowhere", lambda _: None, folder) as opened:
        yield opened


@pytest.mark.parametrize(
    ("measure", "rows"),
    [
        pytest.param(ingest.measure, 1, id="ingest"),
        pytest.param(instant.measure, 2, id="instant"),
        pytest.param(flatness.measure, 1, id="flatness"),
        pytest.param(demo.measure, 1, id="demo"),
        pytest.param(live.measure, 1, id="live"),
        pytest.param(kernel.measure, 21, id="kernel"),
        pytest.param(partial(detection.measure, pace=HASTY), 15, id="detection"),
    ],
)
def test_a_benchmark_gives_its_rows(shop: Workshop, measure: Measure, rows: int) -> None:
    found = measure(shop)
    assert len(found) == rows
    assert all(row.what and row.measured for row in found)


def test_segments_are_weighed_and_a_missing_recording_is_named(shop: Workshop) -> None:
    both, one, *skipped = segments.measure(shop)
    assert "both clocks" in both.what
    assert "one clock" in one.what
    assert [row.measured for row in skipped] == ["skipped: the recording is not here"] * 3


def test_sealed_events_take_less_than_rows_and_one_clock_less_than_two(shop: Workshop) -> None:
    weights = segments.weigh(shop.simulated, shop.new_database())
    assert weights.one_clock < weights.both_clocks < weights.rows


def test_the_machine_is_told_by_cores_memory_and_versions_only(shop: Workshop) -> None:
    told = machine(shop.postgres_url)
    assert told.split(" ")[1] == "cores,"
    assert "PostgreSQL" in told
    assert "/" not in told
