"""Values that the recorder's tests share."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count
from random import Random

import msgspec

from playhead.base.time import Nanos
from playhead.history.capture import Kind
from playhead.history.kalshi import Backoff, Hosts, MarketLifecycle, Patience
from playhead.history.recorder import RecorderOptions
from playhead.history.recorder.conversation import Conversation
from playhead.history.recorder.subscription import BookSubscription
from playhead.history.recorder.tallies import Tally

NOWHERE = Hosts.at("http://127.0.0.1:9")


def options(hosts: Hosts = NOWHERE, **changes: object) -> RecorderOptions:
    """Return options that are in a hurry."""
    hasty = RecorderOptions(
        hosts=hosts,
        batch=3,
        commands_in_flight=2,
        command_seconds=5,
        audit_seconds=60,
        rest_audit_seconds=0,
        status_seconds=60,
        reconnect=Backoff(0.02, 0.1),
        patience=Patience(open_seconds=2, send_seconds=1, close_seconds=0.3),
    )
    return replace(hasty, **changes)  # type: ignore[arg-type]


def ids() -> Callable[[], int]:
    """Return a function that counts from 1."""
    numbers = count(1)
    return lambda: next(numbers)


def subscription(
    tally: Tally | None = None, *, share: int = 20, **changes: object
) -> BookSubscription:
    """Return a fresh subscription whose commands are numbered from 1."""
    chosen = options(NOWHERE, **changes)
    return BookSubscription(chosen, Random(1), tally or Tally(), ids(), lambda: share)


def conversation(
    feeds: Sequence[str], ears: "Ears", tally: Tally, **changes: object
) -> Conversation:
    """Return a fresh conversation whose commands are numbered from 1."""
    chosen = options(NOWHERE, **changes)
    return Conversation(chosen, feeds, ears, Random(1), tally, lambda: 20)


class Ears:
    """Remembers what was heard."""

    def __init__(self) -> None:
        self.lifecycles: list[MarketLifecycle] = []
        self.misses = 0
        self.ends = 0

    def heard(self, lifecycle: MarketLifecycle) -> None:
        self.lifecycles.append(lifecycle)

    def missed(self) -> None:
        self.misses += 1

    def ended(self) -> None:
        self.ends += 1


class Notebook:
    """A capture in memory that can be told to refuse."""

    def __init__(self) -> None:
        self.records: list[tuple[Kind, int, bytes]] = []
        self.refusal: Exception | None = None
        self._connections = 0

    def append(
        self, kind: Kind, payload: bytes, *, connection: int = 0, received_at: Nanos | None
    ) -> int:
        if self.refusal:
            raise self.refusal
        self.records.append((kind, connection, payload))
        return len(self.records)

    def next_connection(self) -> int:
        self._connections += 1
        return self._connections

    def of(self, kind: Kind) -> list[bytes]:
        return [payload for found, _, payload in self.records if found is kind]

    def causes(self) -> list[str]:
        return [msgspec.json.decode(closed)["cause"] for closed in self.of(Kind.CLOSED)]
