"""Seconds from the start of the demo to the first proven book."""

from statistics import median

from benchmarks.processes import started
from benchmarks.report import Row
from benchmarks.workshop import Workshop


def measure(shop: Workshop) -> list[Row]:
    """Start the demo in an empty folder, several times."""
    seconds = [_first_book(shop, number) for number in range(shop.sizes.repeats)]
    return [
        Row(
            "start of the demo to the first proven book",
            f"{median(seconds):.1f} s ({min(seconds):.1f} to {max(seconds):.1f})",
            aim="<= 60 s",
        )
    ]


def _first_book(shop: Workshop, number: int) -> float:
    shop.tell("starting the demo in an empty folder")
    with started(shop.folder / f"demo-{number}") as playhead:
        return playhead.seconds_to_first_book()
