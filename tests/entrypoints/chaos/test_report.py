"""What a run says in the end."""

from collections import Counter

import pytest

from playhead.base.time import Micros
from playhead.entrypoints.chaos.comparing import Comparison, Wrong
from playhead.entrypoints.chaos.judging import Judged, Judgement, Needless, Verdict
from playhead.entrypoints.chaos.kinds import Kind
from playhead.entrypoints.chaos.options import ChaosOptions, InvalidChaos
from playhead.entrypoints.chaos.reading import Reading
from playhead.entrypoints.chaos.report import NO_FAULT, ChaosReport, report_of
from playhead.entrypoints.cli.chaos.shown import report_fields, sentences_of, troubles_of
from playhead.history.rewind import Clock
from tests.entrypoints.chaos.builders import LEVEL, fault

NAMED = Judged(fault(), Verdict.NAMED, Counter({"gap": 2}), 20_000)
SLOWER = Judged(fault(), Verdict.NAMED, Counter({"gap": 3}), 80_000)
DELAYED = Judged(fault(Kind.DELAY, loses=False), Verdict.NAMED, Counter({"lag": 1}))
SWAPPED = Judged(fault(Kind.SWAP, loses=False), Verdict.NAMED, Counter({"gap": 2}), 10_000)
LOST = Judged(fault(), Verdict.UNDECLARED, Counter())
MISNAMED = Judged(fault(Kind.FREEZE), Verdict.MISNAMED, Counter({"gap": 1}))
WRONG = Wrong("A", Clock.EXCHANGE, Micros(1_790_000_000_000_000), ((LEVEL, -500), (LEVEL + 1, 30)))


def report(*judged: Judged, needless: tuple[Needless, ...] = (), **read: object) -> ChaosReport:
    reading = Reading(**read)  # type: ignore[arg-type]
    return report_of(ChaosOptions(seed=7), 10, Judgement(list(judged), list(needless)), reading)


def test_a_line_counts_the_faults_of_its_kind() -> None:
    drops, swaps, delays = report(NAMED, SWAPPED, SLOWER, DELAYED).lines

    assert (drops.kind, drops.injected, drops.lost, drops.named) == ("drop", 2, 2, 2)
    assert (drops.delay(50), drops.delay(99)) == (20_000, 80_000)
    assert drops.causes == {"gap": 5}
    assert (swaps.kind, swaps.lost, swaps.declared, swaps.needless) == ("swap", 0, 1, 1)
    assert (delays.kind, delays.lost, delays.named, delays.needless) == ("delay", 1, 1, 0)


def test_the_total_adds_the_lines_up() -> None:
    total = report(NAMED, SLOWER, SWAPPED, LOST).total

    assert (total.injected, total.lost, total.named, total.undeclared) == (4, 3, 3, 1)
    assert total.delays == (10_000, 20_000, 80_000)


def test_what_was_told_without_a_fault_has_a_line_of_its_own() -> None:
    idle = Needless(None, "stall", 1, 1, Micros(5))
    (line,) = report(needless=(idle,)).lines

    assert (line.kind, line.injected, line.needless, line.causes) == (NO_FAULT, 0, 1, {"stall": 1})


def test_a_run_holds_if_every_loss_is_named_and_no_book_is_wrong() -> None:
    assert report(NAMED, SWAPPED, DELAYED).is_sound


@pytest.mark.parametrize("judged", [LOST, MISNAMED])
def test_a_loss_that_is_not_told_by_its_name_is_told_to_the_person(judged: Judged) -> None:
    failed = report(NAMED, judged)

    assert not failed.is_sound
    assert len(troubles_of(failed)) == 1


def test_a_wrong_book_is_told_to_the_person() -> None:
    failed = report(NAMED, by_exchange=Comparison(wrong=[WRONG]))

    assert not failed.is_sound
    assert troubles_of(failed) == [
        "A at 2026-09-21T14:13:20.000000Z (exchange clock) is wrong:"
        " yes 420000: -500, no 420000: +30"
    ]
    assert "wrong books served outside declared gaps: 1" in sentences_of(failed)


def test_a_merged_tape_that_is_not_what_its_recorders_know_does_not_hold() -> None:
    assert not report(NAMED, unlike_union=["A"]).is_sound


def test_programs_get_the_same_numbers() -> None:
    fields = report_fields(report(NAMED, SLOWER, LOST))

    assert (fields["sound"], fields["seed"], fields["wrong_books"]) == (False, 7, 0)
    (drops,) = fields["kinds"]
    assert (drops["injected"], drops["undeclared"], drops["delay_p99"]) == (3, 1, 80_000)


@pytest.mark.parametrize(
    "wrong", [{"faults": 0}, {"recorders": 0}, {"markets": 5}, {"connections": 0}]
)
def test_options_out_of_bounds_are_refused_by_name(wrong: dict[str, int]) -> None:
    with pytest.raises(InvalidChaos) as refused:
        ChaosOptions(**wrong)  # type: ignore[arg-type]

    assert refused.value.field == next(iter(wrong))
