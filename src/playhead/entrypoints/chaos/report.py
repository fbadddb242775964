"""What came out of a run: the table by kind of fault, and whether everything held."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from playhead.entrypoints.chaos.comparing import Wrong
from playhead.entrypoints.chaos.judging import Judged, Judgement, Needless, Verdict
from playhead.entrypoints.chaos.kinds import EXPECTED, Kind, Telling
from playhead.entrypoints.chaos.options import ChaosOptions
from playhead.entrypoints.chaos.reading import Reading

NO_FAULT = "(no fault)"


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of fault.

    Attributes:
        kind: Its name, or ``NO_FAULT`` for what was told while none was under way.
        injected: How many acted.
        lost: Those after which some book that was known, or a time of receipt, would have been
            false.
        declared: Those of which something was told.
        named: By a right name.
        misnamed: By another name.
        undeclared: Those that lost something of which nothing was told.
        needless: Ends of knowledge although nothing was lost.
        unhealed: After which something was not known again within ``WHOLE_SECONDS``.
        delays: Microseconds from the fault until it was noticed, ascending.
        causes: What was told, by how many intervals.
    """

    kind: str
    injected: int
    lost: int
    declared: int
    named: int
    misnamed: int
    undeclared: int
    needless: int
    unhealed: int
    delays: tuple[int, ...]
    causes: dict[str, int]

    def delay(self, percent: int) -> int | None:
        """Return the delay that so many of a hundred did not exceed; None: none is known."""
        if not self.delays:
            return None
        rank = -(-percent * len(self.delays) // 100)  # rounded up
        return self.delays[max(rank, 1) - 1]


@dataclass(frozen=True, slots=True)
class ChaosReport:
    """The outcome of a run.

    Attributes:
        seconds: That faults were injected for.
        lines: By kind, those that came.
        failures: Faults that lost something and were not told by their name.
        needless: Everything that was told for nothing.
        wrong: Books served as proven that were not the exchange's.
        unlike_union: Markets of which the merged tape does not prove what its captures do.
        events: True changes in proven stretches, each of which was compared.
        received: Changes on the tape, each of which was compared by our clock.
        books: Instants at which books were compared, by both clocks.
        markets: On the tape.
        elapsed: Microseconds between the first and the last proven instant, over all markets.
        proven: How much of it is proven, by the exchange's clock.
        proven_alone: How much of it each capture proves, in their order.
    """

    options: ChaosOptions
    seconds: int
    lines: tuple[Line, ...]
    failures: tuple[Judged, ...]
    needless: tuple[Needless, ...]
    wrong: tuple[Wrong, ...]
    unlike_union: tuple[str, ...]
    events: int
    received: int
    books: int
    markets: int
    elapsed: int
    proven: int
    proven_alone: tuple[int, ...]

    @property
    def is_sound(self) -> bool:
        """Whether no wrong book was served and every loss was told by its name."""
        return not (self.wrong or self.failures or self.unlike_union)

    @property
    def total(self) -> Line:
        """All kinds together."""
        return _sum("total", self.lines)


def report_of(
    options: ChaosOptions, seconds: int, judgement: Judgement, reading: Reading
) -> ChaosReport:
    """Return what came out."""
    return ChaosReport(
        options=options,
        seconds=seconds,
        lines=tuple(_lines(judgement)),
        failures=tuple(one for one in judgement.judged if one.is_failure),
        needless=tuple(judgement.needless),
        wrong=(*reading.by_exchange.wrong, *reading.by_receipt.wrong),
        unlike_union=tuple(reading.unlike_union),
        events=reading.by_exchange.events,
        received=reading.by_receipt.events,
        books=reading.by_exchange.books + reading.by_receipt.books,
        markets=reading.markets,
        elapsed=reading.elapsed,
        proven=reading.by_exchange.proven,
        proven_alone=tuple(reading.proven[capture] for capture in sorted(reading.proven)),
    )


def _lines(judgement: Judgement) -> Iterable[Line]:
    gaps = [one for one in judgement.needless if one.is_gap]
    for kind in Kind:
        judged = [one for one in judgement.judged if one.fault.kind is kind]
        if judged:
            yield _line(kind, judged, sum(one.kind is kind for one in gaps))
    idle = Counter(one.cause for one in gaps if one.kind is None)
    if idle:
        yield Line(NO_FAULT, 0, 0, 0, 0, 0, 0, idle.total(), 0, (), dict(idle))


def _line(kind: Kind, judged: Sequence[Judged], needless: int) -> Line:
    verdicts = Counter(one.verdict for one in judged)
    causes: Counter[str] = Counter()
    for one in judged:
        causes.update(one.causes)
    is_of_clock = EXPECTED[kind].telling is Telling.CLOCK
    return Line(
        kind=kind,
        injected=len(judged),
        lost=sum(
            (one.fault.loses or is_of_clock) and one.verdict is not Verdict.QUIET for one in judged
        ),
        declared=verdicts[Verdict.NAMED] + verdicts[Verdict.MISNAMED],
        named=verdicts[Verdict.NAMED],
        misnamed=verdicts[Verdict.MISNAMED],
        undeclared=verdicts[Verdict.UNDECLARED],
        needless=needless + sum(one.is_needless for one in judged),
        unhealed=sum(not one.fault.is_healed for one in judged),
        delays=tuple(sorted(one.delay for one in judged if one.delay is not None)),
        causes=dict(causes),
    )


def _sum(kind: str, lines: Sequence[Line]) -> Line:
    causes: Counter[str] = Counter()
    for line in lines:
        causes.update(line.causes)
    return Line(
        kind=kind,
        injected=sum(line.injected for line in lines),
        lost=sum(line.lost for line in lines),
        declared=sum(line.declared for line in lines),
        named=sum(line.named for line in lines),
        misnamed=sum(line.misnamed for line in lines),
        undeclared=sum(line.undeclared for line in lines),
        needless=sum(line.needless for line in lines),
        unhealed=sum(line.unhealed for line in lines),
        delays=tuple(sorted(delay for line in lines for delay in line.delays)),
        causes=dict(causes),
    )
