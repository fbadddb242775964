"""The command: a throw-away Playhead in one process, and exit 0 only if everything held."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import SystemRandom
from typing import Annotated

import msgspec
import typer

from playhead.base.errors import Incomplete
from playhead.entrypoints.chaos import ChaosOptions, InvalidChaos, Kind, run_chaos
from playhead.entrypoints.cli.chaos.progress import shown_progress
from playhead.entrypoints.cli.chaos.shown import print_report, report_fields
from playhead.entrypoints.embedded import running_postgres
from playhead.storage.migrate import migrate

SEEDS = 1_000_000
# No power fails here, and what is kept is only looked at.
HASTY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class ChaosWon(Incomplete):
    """A wrong book was served, or a loss was not told by its name."""

    code = "chaos.won"


def run_faults(
    faults: Annotated[int, typer.Option(min=1, help="Faults to inject.")] = 300,
    seed: Annotated[
        int | None, typer.Option(help="Same seed, same faults in the same order.")
    ] = None,
    recorders: Annotated[int, typer.Option(help="Recorders of the same markets.")] = 1,
    markets: Annotated[int, typer.Option(help="Markets to simulate.")] = 120,
    connections: Annotated[int, typer.Option(help="Connections of each recorder.")] = 40,
    only: Annotated[
        str | None, typer.Option(help="Kinds of fault, with commas; all of them if left out.")
    ] = None,
    keep: Annotated[
        Path | None, typer.Option(help="New folder to keep captures and database in.")
    ] = None,
    json: Annotated[Path | None, typer.Option(help="Write the report to this file, too.")] = None,
) -> None:
    """Let a simulated exchange go wrong and compare every book on the tape with the true one.

    Needs nothing and touches nothing that is recorded. Exit status 0: no wrong book was served as
    proven, and everything that was lost was told by its right name.
    """
    options = ChaosOptions(
        faults=faults,
        seed=SystemRandom().randrange(SEEDS) if seed is None else seed,
        recorders=recorders,
        markets=markets,
        connections=connections,
        only=_kinds(only or ""),
    )
    with _folder(keep) as folder, running_postgres(folder / "postgres", HASTY) as url:
        migrate(url)
        with shown_progress(faults) as on_progress:
            report = run_chaos(options, folder, url, on_progress)
    print_report(report)
    if json is not None:
        json.write_bytes(msgspec.json.format(msgspec.json.encode(report_fields(report))) + b"\n")
    if not report.is_sound:
        raise ChaosWon("the tape did not hold: see above")


def _kinds(text: str) -> tuple[Kind, ...]:
    words = [word.strip() for word in text.split(",") if word.strip()]
    unknown = [word for word in words if word not in set(Kind)]
    if unknown:
        raise InvalidChaos(
            f"there is no fault {unknown[0]!r}; there are {', '.join(Kind)}", field="only"
        )
    return tuple(map(Kind, words))


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="playhead-chaos-") as name:
            yield Path(name)
        return
    keep.mkdir(parents=True, exist_ok=True)
    if any(keep.iterdir()):
        raise InvalidChaos(f"{keep} is not empty", field="keep")
    yield keep
