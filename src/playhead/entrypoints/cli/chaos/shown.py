"""The report as a table for people, and as plain values for programs."""

from collections import Counter
from typing import Any

from rich.console import Console
from rich.table import Table

from playhead.base.time import format_instant
from playhead.entrypoints.chaos import NO_FAULT, ChaosReport, Judged, Line, Wrong

COLUMNS = (
    "fault", "injected", "lost data", "declared", "named rightly", "other name", "not declared",
    "false gaps", "p50 ms", "p99 ms",
)  # fmt: skip
SHOWN = 10
WIDTH = 130


def print_report(report: ChaosReport) -> None:
    """Print the table, the totals, and the first of whatever did not hold."""
    console = Console(highlight=False, soft_wrap=True, width=max(Console().width, WIDTH))
    console.print(_table(report))
    for sentence in sentences_of(report):
        console.print(sentence, markup=False)
    for sentence in troubles_of(report):
        console.print(sentence, style="red", markup=False)
    console.print(_repeat(report), markup=False)


def sentences_of(report: ChaosReport) -> list[str]:
    """Return what was compared, and how it came out."""
    return [
        f"{report.events:,} true changes of {report.markets:,} markets in proven stretches, each"
        f" compared by the exchange's clock; {report.received:,} by ours; {report.books:,} books",
        f"wrong books served outside declared gaps: {len(report.wrong):,}",
        f"told for nothing, besides: {_needless(report)}",
        f"proven of the time: {_shares(report)}; faults came for {report.seconds} seconds",
    ]


def troubles_of(report: ChaosReport) -> list[str]:
    """Return a sentence for each thing that did not hold, the first ones of a kind."""
    return [
        *(_of_wrong(one) for one in report.wrong[:SHOWN]),
        *(_of_failure(one) for one in report.failures[:SHOWN]),
        *(
            f"{ticker}: what is told differs from what the recorders know together"
            for ticker in report.unlike_union[:SHOWN]
        ),
    ]


def report_fields(report: ChaosReport) -> dict[str, Any]:
    """Return the report as plain values; delays are microseconds."""
    options = report.options
    return {
        "sound": report.is_sound,
        "seed": options.seed,
        "faults": options.faults,
        "recorders": options.recorders,
        "markets": report.markets,
        "connections": options.connections,
        "only": list(options.only),
        "seconds": report.seconds,
        "wrong_books": len(report.wrong),
        "events_compared": report.events,
        "events_compared_by_receipt": report.received,
        "books_compared": report.books,
        "elapsed": report.elapsed,
        "proven": report.proven,
        "proven_alone": list(report.proven_alone),
        "needless": _needless_causes(report),
        "kinds": [_line_fields(line) for line in report.lines],
        "total": _line_fields(report.total),
        "troubles": troubles_of(report),
    }


def _needless(report: ChaosReport) -> str:
    told = [
        f"{cause} {count} ({kind})"
        for kind, causes in _needless_causes(report).items()
        for cause, count in causes.items()
    ]
    return ", ".join(told) or "nothing"


def _needless_causes(report: ChaosReport) -> dict[str, dict[str, int]]:
    """Return how often each cause was told for nothing, by the fault that was under way."""
    causes: dict[str, Counter[str]] = {}
    for one in report.needless:
        causes.setdefault(str(one.kind or NO_FAULT), Counter())[one.cause] += 1
    return {kind: dict(of_kind) for kind, of_kind in sorted(causes.items())}


def _shares(report: ChaosReport) -> str:
    shares = [_percent(report.proven, report.elapsed)]
    if len(report.proven_alone) > 1:
        alone = ", ".join(_percent(one, report.elapsed) for one in report.proven_alone)
        shares.append(f"(the recorders alone: {alone})")
    return " ".join(shares)


def _percent(part: int, whole: int) -> str:
    tenths = 1000 * part // max(whole, 1)
    return f"{tenths // 10}.{tenths % 10} %"


def _table(report: ChaosReport) -> Table:
    table = Table(box=None, pad_edge=False)
    for number, column in enumerate(COLUMNS):
        table.add_column(column, justify="right" if number else "left", no_wrap=True)
    for line in report.lines:
        table.add_row(*_cells(line))
    table.add_section()
    table.add_row(*_cells(report.total), style="bold")
    return table


def _cells(line: Line) -> list[str]:
    counts = (
        line.injected, line.lost, line.declared, line.named, line.misnamed, line.undeclared,
        line.needless,
    )  # fmt: skip
    return [line.kind, *(str(count or "-") for count in counts), *map(_millis, _delays(line))]


def _delays(line: Line) -> tuple[int | None, int | None]:
    return line.delay(50), line.delay(99)


def _millis(micros: int | None) -> str:
    return "-" if micros is None else f"{micros / 1000:,.0f}"


def _line_fields(line: Line) -> dict[str, Any]:
    p50, p99 = _delays(line)
    return {
        "kind": line.kind,
        "injected": line.injected,
        "lost": line.lost,
        "declared": line.declared,
        "named": line.named,
        "misnamed": line.misnamed,
        "undeclared": line.undeclared,
        "needless": line.needless,
        "unhealed": line.unhealed,
        "delay_p50": p50,
        "delay_p99": p99,
        "causes": line.causes,
    }


def _of_wrong(wrong: Wrong) -> str:
    levels = ", ".join(
        f"{('yes', 'no')[code & 1]} {code >> 1}: {size:+}" for code, size in wrong.difference
    )
    return f"{wrong.ticker} at {format_instant(wrong.at)} ({wrong.clock} clock) is wrong: {levels}"


def _of_failure(judged: Judged) -> str:
    fault = judged.fault
    told = ", ".join(f"{cause} of {count}" for cause, count in judged.causes.items()) or "nothing"
    where = "everywhere" if fault.connection is None else f"connection {fault.connection}"
    return (
        f"{fault.kind} at {format_instant(fault.at)} on {where} of capture"
        f" {fault.capture or 'any'} is {judged.verdict.name.lower()}: told is {told}"
    )


def _repeat(report: ChaosReport) -> str:
    options = report.options
    only = f" --only {','.join(options.only)}" if options.only else ""
    return (
        f"the same faults again: playhead chaos --faults {options.faults} --seed {options.seed}"
        f" --recorders {options.recorders} --markets {options.markets}"
        f" --connections {options.connections}{only}"
    )
