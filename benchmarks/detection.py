"""How long it takes until a fault is noticed, by the limits of production.

The time is that of the message, or of the silence, by which a reader of the capture knows. A book
that is silently wrong shows at the latest when its turn to be audited comes: a subscription asks
for one market a second, or for more where it has many.
"""

from benchmarks.report import Row
from benchmarks.workshop import Workshop
from playhead.entrypoints.chaos import (
    PRODUCTION,
    ChaosOptions,
    ChaosReport,
    Kind,
    Line,
    Pace,
    run_chaos,
)
from playhead.history.kalshi import Hosts

KINDS = (
    Kind.DROP, Kind.SEQUENCE_RESTART, Kind.CUT, Kind.NEGATIVE, Kind.OFF_GRID, Kind.CROSS,
    Kind.ALTER_SIZE, Kind.LOSE_SILENTLY, Kind.ERROR_10, Kind.ERROR_25, Kind.RESET, Kind.BLACK_HOLE,
    Kind.FREEZE, Kind.CRASH,
)  # fmt: skip
MARKETS, CONNECTIONS = 120, 40


def measure(shop: Workshop, *, pace: Pace = PRODUCTION) -> list[Row]:
    """Inject faults of each kind, with every limit as in production unless told otherwise."""
    options = ChaosOptions(
        faults=shop.sizes.faults,
        seed=1,
        markets=MARKETS,
        connections=CONNECTIONS,
        only=KINDS,
        pace=pace,
    )
    shop.tell(f"injecting {options.faults} faults and waiting until each is noticed")
    folder = shop.folder / "chaos"
    report = run_chaos(options, folder, shop.new_database(), lambda doing, over: None)
    rows = [_row(line, pace) for line in report.lines if line.injected]
    return [*rows, _outcome(report)]


def _row(line: Line, pace: Pace) -> Row:
    what = f"{line.kind} until it is noticed ({', '.join(sorted(line.causes))})"
    return Row(what, _delays(line), _limit(Kind(line.kind), pace))


def _delays(line: Line) -> str:
    p50, p99 = line.delay(50), line.delay(99)
    if p50 is None or p99 is None:
        return "never noticed"
    return f"p50 {p50 / 1000:,.0f} ms, p99 {p99 / 1000:,.0f} ms of {len(line.delays)}"


def _limit(kind: Kind, pace: Pace) -> str:
    """Return the limit that the delay comes from, where there is one."""
    patience = pace.recorder(Hosts("", ""), MARKETS // CONNECTIONS)
    round_seconds = MARKETS // CONNECTIONS * patience.audit_seconds
    match kind:
        case Kind.BLACK_HOLE:
            return f"limit: {patience.dead_seconds:g} s without a frame or a pong"
        case Kind.FREEZE:
            return f"limit: {patience.command_seconds:g} s without an answer"
        case Kind.CROSS:
            return f"limit: crossed for {pace.limits.crossed / 1e6:g} s"
        case Kind.ALTER_SIZE | Kind.LOSE_SILENTLY:
            return f"limit: audited every {round_seconds:g} s"
        case _:
            return ""


def _outcome(report: ChaosReport) -> Row:
    told = report.total
    return Row(
        "faults that lost data, told by their right name",
        f"{told.lost - len(report.failures)} of {told.lost}; {len(report.wrong)} wrong books",
        aim="all; 0 wrong books",
    )
