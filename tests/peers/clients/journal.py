"""What a peer's books were after each message, one line a message."""

import hashlib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from types import TracebackType


def canonical_side(levels: Iterable[tuple[object, object]]) -> str:
    """Prices in micro-dollars and sizes in hundredths, ascending, whatever they were held as."""
    exact = sorted(
        (int(Decimal(str(price)) * 1_000_000), int(Decimal(str(size)) * 100))
        for price, size in levels
    )
    return ",".join(f"{price}:{size}" for price, size in exact)


def line_of(ticker: str, yes: str, no: str) -> str:
    digest = hashlib.sha256(f"{yes}|{no}".encode()).hexdigest()[:24]
    return f"{ticker} {digest}\n"


class Journal:
    def __init__(self, path: Path) -> None:
        self._file = path.open("w", buffering=1)

    def __enter__(self) -> "Journal":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def note(self, ticker: str, yes: Mapping[object, object], no: Mapping[object, object]) -> None:
        self._file.write(line_of(ticker, canonical_side(yes.items()), canonical_side(no.items())))
