"""How much is measured, and how often."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    """Amounts of one run of the benchmarks.

    Attributes:
        frames: In the capture of the simulated exchange.
        plain_frames: The part of it that the plain reader gets.
        repeats: Runs of each measurement; the table shows their median.
        instants: Books that are asked for in process, a run.
        requests: Books that are asked for over HTTP, a run.
        history: Numbers of events at which a book's latency is compared, ascending.
        recorded_seconds: How long the recorder is at work before the first request.
        faults: That are injected to see how soon they are noticed.
        load_seconds: How long each load of requests on the kernel lasts.
        jobs: That do nothing, a run.
        habits: That are due in one minute.
        followed: Markets that reflexes follow.
        starts: Executions that are started one after the other, a run.
        executions: That wait for one worker, a run.
        stops: Executions that are cancelled, a run.
        tenant_rows: Rows of many tenants in the table that row-level security is measured on.
    """

    frames: int = 300_000
    plain_frames: int = 50_000
    repeats: int = 3
    instants: int = 2_000
    requests: int = 2_000
    history: tuple[int, ...] = (100_000, 1_000_000, 10_000_000)
    recorded_seconds: float = 15.0
    faults: int = 280
    load_seconds: float = 2.0
    tenant_rows: int = 100_000
    jobs: int = 8_000
    habits: int = 10_000
    followed: int = 10_000
    starts: int = 150
    executions: int = 2_000
    stops: int = 15


FULL = Sizes()
QUICK = Sizes(
    frames=40_000,
    plain_frames=10_000,
    repeats=1,
    instants=500,
    requests=500,
    history=(100_000, 300_000),
    recorded_seconds=5.0,
    faults=28,
    load_seconds=0.8,
    tenant_rows=20_000,
    jobs=2_000,
    habits=2_000,
    followed=2_000,
    starts=40,
    executions=400,
    stops=5,
)
