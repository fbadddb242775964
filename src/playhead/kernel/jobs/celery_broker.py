"""Celery on Valkey, which carries ids of jobs to workers and nothing else.

The worker's process belongs to its asyncio loop, signals included. Celery's worker runs beside it
in a thread, as Celery's unmanaged `WorkController`, which touches no signals, with the pool that
runs tasks where messages arrive: a task only hands ids to the loop and waits until they have
slots, and so the next message is not fetched before. When the connection breaks, that worker ends
and a new one is made, which is simpler than to trust in one that has half recovered.
"""

import asyncio
import logging
import threading
import warnings
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import Any, Self
from uuid import UUID

from celery import Celery
from celery.bootsteps import CLOSE
from celery.exceptions import Reject
from celery.worker import WorkController

from playhead.kernel.jobs.broker import Receive
from playhead.kernel.jobs.broker_url import broker_url

QUEUE = "playhead.jobs"
TASK = "playhead.take_jobs"
HANDING_OVER_SECONDS = 30.0
VISIBILITY_SECONDS = 300
"""A message that nobody has acknowledged so long is delivered again; tasks take far less."""

SENDING_SECONDS = 1.0
CLOSED_SECONDS = 0.5
RECONNECT_SECONDS = 0.5
DOUBT_SECONDS = 10.0
_log = logging.getLogger(__name__)


class CeleryBroker:
    """Sends messages, and brings those that arrive to ``receive``, in the loop that opened it."""

    def __init__(self, url: str, receive: Receive, *, queue: str) -> None:
        _hush()
        self._app = celery_app(url, queue)

        def take_jobs(ids: list[str]) -> None:  # Celery makes its signature from a plain function
            self._take(ids)

        self._task = self._app.task(name=TASK, shared=False)(take_jobs)
        self._receive = receive
        self._loop = asyncio.get_running_loop()
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="jobs-sending")
        self._sending: asyncio.Future[None] | None = None
        self._away_until = 0.0
        self._doubted_at = self._loop.time()
        self._stopping = threading.Event()
        self._worker: WorkController | None = None
        self._thread = threading.Thread(target=self._consume, name="jobs-celery", daemon=True)
        self.received = 0

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, receive: Receive, *, queue: str = QUEUE) -> AsyncIterator[Self]:
        """Carry messages until the end; whatever is then under way is delivered elsewhere.

        Args:
            url: The address of Valkey, as the settings give it.
        """
        broker = cls(url, receive, queue=queue)
        broker._thread.start()
        try:
            yield broker
        finally:
            await broker.close()

    @property
    def is_up(self) -> bool:
        """Whether the last message that was sent left us."""
        return self._loop.time() >= self._away_until and not self._stopping.is_set()

    async def send(self, job_ids: Sequence[UUID]) -> bool:
        """Send one message; return whether it left us. Never raises, and soon returns."""
        is_busy = self._sending is not None and not self._sending.done()
        if is_busy or not self.is_up:
            return False
        ids = [job_id.hex for job_id in job_ids]
        self._sending = self._loop.run_in_executor(self._threads, self._publish, ids)
        try:
            async with asyncio.timeout(SENDING_SECONDS):
                await asyncio.shield(self._sending)
        except Exception as error:  # noqa: BLE001 -- the client has many, and all mean the same
            self._away_until = self._loop.time() + SENDING_SECONDS
            self._leave(self._worker)  # it would not always notice by itself
            _log.warning("the broker is away, jobs run without it: %s", error or "no answer")
            return False
        return True

    def doubt(self) -> None:
        """Connect anew, now and then: messages were sent that did not arrive."""
        if self._loop.time() >= self._doubted_at + DOUBT_SECONDS:
            self._doubted_at = self._loop.time()
            self._leave(self._worker)

    def stop(self) -> None:
        """Fetch no more messages, from now on."""
        self._stopping.set()
        self._leave(self._worker)

    async def close(self) -> None:
        """Return soon: a thread that still waits for a message, two seconds at most, is left alone.

        A message that reaches it then goes back.
        """
        self.stop()
        await self._loop.run_in_executor(None, self._thread.join, CLOSED_SECONDS)
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _publish(self, ids: list[str]) -> None:
        self._task.apply_async((ids,), retry=False)

    def _take(self, ids: list[str]) -> None:
        """Celery's task. At the end what it has not handed over goes back for another worker."""
        if self._stopping.is_set():
            self._leave(self._worker)
            raise Reject("this worker has stopped", requeue=True)
        self.received += len(ids)
        taking = asyncio.run_coroutine_threadsafe(
            _in_time(self._receive, [UUID(each) for each in ids]), self._loop
        )
        while not self._stopping.is_set():
            with suppress(TimeoutError):
                return taking.result(0.2)
        taking.cancel()
        raise Reject("this worker stops", requeue=True)

    def _consume(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._app.set_current()
            while not self._stopping.is_set():
                self._work()
                self._stopping.wait(RECONNECT_SECONDS)

    def _work(self) -> None:
        try:
            self._worker = worker = self._app.WorkController(
                pool="solo",
                concurrency=1,
                use_eventloop=False,
                queues=[self._app.conf.task_default_queue],
                without_gossip=True,
                without_mingle=True,
                without_heartbeat=True,
            )
            if not self._stopping.is_set():
                worker.start()  # until the connection breaks, or `_leave`
            worker.stop()
        except Exception as error:  # noqa: BLE001 -- the thread outlives whatever the client raises
            _log.debug("the broker cannot be reached: %s", error)

    @staticmethod
    def _leave(worker: WorkController | None) -> None:
        # Celery's own flag is one for the process; this is the state that its loop looks at.
        consumer = getattr(worker, "consumer", None)
        if consumer is not None:
            consumer.blueprint.state = CLOSE


def _hush() -> None:
    # Celery shouts, with a traceback each time, about what we have arranged; the sentence that
    # counts is ours.
    logging.getLogger("celery.worker.consumer.consumer").setLevel(logging.CRITICAL + 1)
    logging.getLogger("celery.worker.request").setLevel(logging.CRITICAL + 1)
    logging.getLogger("celery.app.trace").setLevel(logging.ERROR)
    logging.getLogger("kombu.message").setLevel(logging.CRITICAL + 1)


def celery_app(url: str, queue: str) -> Celery:
    """Return an application that knows one queue; nothing connects yet."""
    app = _Celery("playhead", broker=broker_url(url), set_as_current=False)
    app.address = broker_url(url)
    app.conf.update(_configuration(queue))
    return app


class _Celery(Celery):  # type: ignore[misc]  # it tells no types
    """Connects where it is told to; by itself Celery believes CELERY_BROKER_URL first."""

    address: str

    def connection_for_read(self, url: str | None = None, **chosen: Any) -> Any:
        return super().connection_for_read(url or self.address, **chosen)

    def connection_for_write(self, url: str | None = None, **chosen: Any) -> Any:
        return super().connection_for_write(url or self.address, **chosen)


def _configuration(queue: str) -> dict[str, Any]:
    return {
        "accept_content": ["json"],
        "broker_channel_error_retry": False,
        "broker_connection_retry": False,
        "broker_connection_retry_on_startup": False,
        "broker_connection_timeout": 1.0,
        "broker_transport_options": {
            "visibility_timeout": VISIBILITY_SECONDS,
            "socket_timeout": 5.0,
            "socket_connect_timeout": 1.0,
            "socket_keepalive": True,
            "priority_steps": [0],
        },
        "result_backend": None,
        "task_acks_late": True,
        "task_default_queue": queue,
        "task_ignore_result": True,
        "task_serializer": "json",
        "worker_enable_remote_control": False,
        "worker_hijack_root_logger": False,
        "worker_prefetch_multiplier": 1,
    }


async def _in_time(receive: Receive, job_ids: Sequence[UUID]) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(HANDING_OVER_SECONDS):
            await receive(job_ids)
