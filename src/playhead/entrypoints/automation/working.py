"""What a worker is given to do of automation."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from playhead.automation.executions import JOB_KIND as EXECUTION
from playhead.automation.executions import Closer, Costs, ExecutionHandler, Workshop
from playhead.automation.executions.forget import forget_executions
from playhead.automation.habits import HabitFirer, HabitPlanner
from playhead.automation.models import Upstream
from playhead.automation.provider_keys import TenantModels
from playhead.automation.reflexes import JOB_KIND as REFLEX_EVENT
from playhead.automation.reflexes import ReflexEventHandler, forget_events
from playhead.automation.reflexes.market.watcher import MarketWatcher
from playhead.entrypoints.automation.engine import Engine
from playhead.entrypoints.automation.gaps import tell_gaps
from playhead.entrypoints.jobs_worker.work import Work
from playhead.entrypoints.kernel import Ground


@asynccontextmanager
async def open_work(ground: Ground) -> AsyncIterator[Work]:
    """Open everything that workers do: executions, events of reflexes, habits, markets."""
    engine, upstream = Engine.on(ground), Upstream()
    try:
        yield _work(engine, upstream)
    finally:
        await upstream.aclose()


def _work(engine: Engine, upstream: Upstream) -> Work:
    tenants, now, database = engine.tenants, engine.ground.now, engine.ground.database
    shop = Workshop(
        tenants=tenants,
        closer=Closer(engine.charges, engine.witnesses),
        costs=Costs(engine.prices),
        models=TenantModels(tenants, engine.ring, upstream),
        timeline=engine.timeline,
        now=now,
    )
    planner = HabitPlanner(tenants, now=now)
    firer = HabitFirer(tenants, engine.starter, engine.announced, now=now, bell=engine.bell)
    watcher = MarketWatcher(database, tenants, engine.timeline, now=now, bell=engine.bell)
    return Work(
        handlers={
            EXECUTION: ExecutionHandler(shop),
            REFLEX_EVENT: ReflexEventHandler(tenants, engine.starter, engine.notices, now=now),
        },
        loops=(
            planner.run,
            firer.run,
            watcher.run,
            partial(tell_gaps, tenants, engine.timeline, now),
            partial(forget_executions, database, now),
            partial(forget_events, tenants, now),
        ),
    )
