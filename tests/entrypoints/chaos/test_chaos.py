"""The recorder and the ingest against an exchange that goes wrong, compared with its own books."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from playhead.entrypoints.chaos import ChaosOptions, ChaosReport, Kind, run_chaos, running
from playhead.entrypoints.chaos.truth import Truth
from playhead.history.exchange.simulated import BookChanged, Happening
from playhead.history.kalshi import SequenceTracker, Verdict
from playhead.storage.postgres import Session

pytestmark = pytest.mark.alone
SEEDS = (1, 2, 3)
FAULTS_A_SEED = 100
SOAK_FAULTS = 10_000
SMALL = {"markets": 30, "connections": 10}

Run = Callable[..., ChaosReport]


@pytest.fixture
def run(tmp_path: Path, database_url: str) -> Run:
    """Runs chaos once, and shows what came out if the test fails."""

    def run_once(**options: object) -> ChaosReport:
        chosen = ChaosOptions(**options)  # type: ignore[arg-type]
        report = run_chaos(chosen, tmp_path, database_url, lambda doing, over: None)
        for line in report.lines:
            print(line)
        return report

    return run_once


def check(report: ChaosReport, faults: int) -> None:
    """Fail unless no wrong book was served and every loss is told by its name."""
    assert report.wrong[:5] == ()
    assert report.failures == ()
    assert report.unlike_union == ()
    assert report.is_sound
    assert report.total.injected >= faults
    lost = [line.lost for line in report.lines]
    assert [line.named for line in report.lines if line.lost] == [one for one in lost if one]
    assert report.total.lost > 0.6 * faults
    assert report.total.unhealed == 0
    assert min(report.events, report.received) > 10 * faults
    assert report.books > report.events


@pytest.mark.parametrize("seed", SEEDS)
def test_no_wrong_book_is_served_and_every_loss_is_told_by_its_name(run: Run, seed: int) -> None:
    report = run(faults=FAULTS_A_SEED, seed=seed)

    check(report, FAULTS_A_SEED)
    assert {line.kind for line in report.lines if line.injected} == set(Kind)


def test_two_recorders_killed_in_random_overlapping_windows_tell_one_true_tape(
    run: Run, database_url: str
) -> None:
    report = run(faults=16, seed=1, recorders=2, only=(Kind.CRASH,), **SMALL)

    check(report, 16)
    assert [line.named for line in report.lines] == [16]
    together, alone = report.proven, report.proven_alone
    assert len(alone) == 2
    assert max(alone) < together < sum(alone)
    assert overlaps(outages(database_url, 1), outages(database_url, 2)) > 0


def test_two_recorders_that_suffer_every_fault_tell_one_true_tape(run: Run) -> None:
    report = run(faults=60, seed=4, recorders=2, **SMALL)

    check(report, 60)
    assert max(report.proven_alone) < report.proven


def test_one_change_more_or_less_in_the_truth_would_be_found(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "Truth", ForgetfulTruth)
    report = run(faults=5, seed=1, only=(Kind.DUPLICATE,), **SMALL)

    assert report.failures == ()
    assert not report.is_sound
    assert {wrong.clock for wrong in report.wrong} == {"exchange", "received"}
    assert len({wrong.ticker for wrong in report.wrong}) == 1


def test_a_reader_that_overlooks_missing_numbers_would_be_found(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SequenceTracker, "check", lambda *_: Verdict.IN_ORDER)
    report = run(faults=6, seed=1, only=(Kind.DROP,), **SMALL)

    assert not report.is_sound
    assert len(report.failures) >= 3  # the others lost what nobody needed


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_ten_thousand_faults_serve_no_wrong_book(run: Run) -> None:
    seed = Random().randrange(1_000_000)
    print(f"seed {seed}")

    report = run(faults=SOAK_FAULTS, seed=seed)

    check(report, SOAK_FAULTS)
    assert {line.kind for line in report.lines if line.injected} == set(Kind)


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("only", [(Kind.CRASH,), ()], ids=["killed", "everything"])
def test_two_recorders_killed_in_random_overlapping_windows_again_and_again(
    run: Run, only: tuple[Kind, ...]
) -> None:
    seed = Random().randrange(1_000_000)
    print(f"seed {seed}")

    faults = 200 if only else 1_500
    report = run(faults=faults, seed=seed, recorders=2, only=only)

    check(report, faults)
    assert max(report.proven_alone) < report.proven


class ForgetfulTruth(Truth):
    """Leaves out one change of a market that has many."""

    def observe(self, happening: Happening) -> None:
        if type(happening) is BookChanged and happening.ticker in self.courses:
            course = self.courses[happening.ticker]
            is_the_one = len(course.at) == 40 and not hasattr(self, "forgotten")
            if is_the_one:
                self.forgotten = happening
                return
        super().observe(happening)


Window = tuple[int, int]


def outages(url: str, capture: int) -> list[Window]:
    """From each crash of a recorder until its first book after it."""
    with Session.open(url) as session:
        rows = session.fetch_all(
            "SELECT max(received_to) AS since, detected_at AS until FROM coverage"
            " WHERE capture_id = %(capture)s AND closed_by = 'restart' GROUP BY detected_at",
            capture=capture,
        )
    return [(row.since, row.until) for row in rows]


def overlaps(ours: list[Window], theirs: list[Window]) -> int:
    """How many windows of the one overlap one of the other."""
    return sum(
        any(since < their_until and their_since < until for their_since, their_until in theirs)
        for since, until in ours
    )
