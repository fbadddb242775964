"""Jobs that do nothing, by plain means: rows and SKIP LOCKED alone, and Celery alone."""

import asyncio
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import psycopg
from celery import Celery
from celery.bootsteps import CLOSE
from celery.worker import WorkController

from playhead.kernel.jobs.celery_broker import celery_app

CONNECTIONS = 8
PATIENCE_SECONDS = 60.0
_TABLE = """
DROP TABLE IF EXISTS plain_jobs;
CREATE TABLE plain_jobs (job_id bigint PRIMARY KEY, state text NOT NULL);
CREATE INDEX ON plain_jobs (job_id) WHERE state = 'queued';
"""
_FILL = "INSERT INTO plain_jobs SELECT n, 'queued' FROM generate_series(1, %s) AS n"
_TAKE = """
UPDATE plain_jobs SET state = 'running'
 WHERE job_id = (SELECT job_id FROM plain_jobs WHERE state = 'queued'
                  ORDER BY job_id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING job_id
"""
_END = "UPDATE plain_jobs SET state = 'succeeded' WHERE job_id = %s"


async def rows_per_second(url: str, jobs: int) -> float:
    """Return how many jobs eight connections take and end in a second, each in two commits."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_TABLE)
        connection.execute(_FILL, (jobs,))
    connections = [
        await psycopg.AsyncConnection.connect(url, autocommit=True) for _ in range(CONNECTIONS)
    ]
    began = time.perf_counter()
    await asyncio.gather(*(_work(each) for each in connections))
    speed = jobs / (time.perf_counter() - began)
    for each in connections:
        await each.close()
    return speed


async def _work(connection: psycopg.AsyncConnection) -> None:
    while True:
        cursor = await connection.execute(_TAKE, prepare=True)
        taken = await cursor.fetchone()
        if taken is None:
            return
        await connection.execute(_END, taken, prepare=True)


def tasks_per_second(valkey_url: str, tasks: int) -> float:
    """Return how many tasks Celery alone brings in a second: each a message, none kept a row."""
    app, done = celery_app(valkey_url, f"plain.{uuid4()}"), threading.Event()
    arrived: list[float] = []

    def nothing() -> None:
        arrived.append(time.perf_counter())
        if len(arrived) == tasks:
            done.set()

    task = app.task(name="bench.nothing", shared=False)(nothing)
    for _ in range(tasks):
        task.apply_async(retry=False)
    with _consuming(app):
        assert done.wait(PATIENCE_SECONDS), f"{len(arrived)} of {tasks} tasks came"
    return (tasks - 1) / (arrived[-1] - arrived[0])


@contextmanager
def _consuming(app: Celery) -> Iterator[None]:
    workers: list[WorkController] = []

    def consume() -> None:
        app.set_current()
        workers.append(
            app.WorkController(
                pool="solo",
                concurrency=1,
                use_eventloop=False,
                queues=[app.conf.task_default_queue],
                without_gossip=True,
                without_mingle=True,
                without_heartbeat=True,
            )
        )
        workers[0].start()

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        thread = threading.Thread(target=consume, daemon=True)
        thread.start()
        try:
            yield
        finally:
            workers[0].consumer.blueprint.state = CLOSE
            thread.join(PATIENCE_SECONDS)
