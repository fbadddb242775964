"""What the client is told, and what it tells."""

import msgspec


class Load(msgspec.Struct, frozen=True):
    """What to ask, and how hard.

    Attributes:
        requests: Whole requests as they are sent; asked in turns.
        rate: Requests a second that arrive at random, whether or not others are answered yet;
            None: each connection asks as soon as it has its answer.
        expected: The statuses that answers may have.
        seed: Of the arrivals.
    """

    port: int
    requests: list[str]
    connections: int
    seconds: float
    rate: float | None = None
    expected: tuple[int, ...] = (200,)
    seed: int = 0


class Outcome(msgspec.Struct, frozen=True):
    """What came of it: latencies by status, in nanoseconds."""

    seconds: float
    nanos: dict[int, list[int]]
