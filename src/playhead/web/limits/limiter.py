"""Decides requests by what all processes share, and by what this one knows when that is gone.

Every decision of the shared server is noted here as well. When the server does not answer, this
process goes on from there with its share of the rate; the server is asked again after a while, by
one request and not by each, and is told what it has missed, so an outage gives nobody a new burst.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from importlib import resources
from typing import Any

from playhead.base.errors import Unavailable
from playhead.base.time import Micros
from playhead.web.limits.errors import LimitExceeded
from playhead.web.limits.fields import add_limit_fields, limit_fields, seconds_up
from playhead.web.limits.model import Bucket, Decision, Rate, charge, standing
from playhead.web.limits.ports import Scripts
from playhead.web.limits.table import MOST_BUCKETS, Table
from playhead.web.requests import response_headers

SCRIPT = resources.files(__package__).joinpath("gcra.lua").read_text(encoding="utf-8")
PAUSE = Micros(3_000_000)
_KEY_BYTES = 16
_log = logging.getLogger(__name__)


def _monotonic() -> Micros:
    return Micros(time.monotonic_ns() // 1000)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How every bucket stands after one request that was taken from all of them or from none."""

    allowed: bool
    buckets: Sequence[Bucket]
    decisions: Sequence[Decision]

    def tightest(self) -> tuple[Bucket, Decision]:
        """Return the bucket that says no for longest, or else has the least left."""
        pairs = zip(self.buckets, self.decisions, strict=True)
        return max(pairs, key=lambda each: (each[1].retry_after, -each[1].remaining))


class Limiter:
    """Counts requests in buckets, over all processes where the shared server answers."""

    def __init__(
        self,
        scripts: Scripts | None,
        *,
        processes: int = 1,
        now: Callable[[], Micros] = _monotonic,
        most_buckets: int = MOST_BUCKETS,
    ) -> None:
        """Nothing is connected here.

        Args:
            scripts: The shared server; None where there is none, and each process is alone.
            processes: How many share the rates; each takes its part when it is on its own.
            now: A clock that only goes forward.
            most_buckets: How many buckets this process remembers at most.
        """
        self._scripts = scripts
        self._processes = processes
        self._now = now
        self._table = Table(most_buckets)
        self._ask_from = Micros(0)

    async def check(self, buckets: Sequence[Bucket]) -> Decision:
        """Take one request from every bucket and return how the tightest one stands.

        Keys of one call must differ. None at all are always allowed to pass.

        Raises:
            LimitExceeded: One of them is full; then nothing was taken from any.
        """
        verdict = await self.decide(buckets)
        if not verdict.buckets:
            return Decision(allowed=True, remaining=0, retry_after=0, reset=0)
        bucket, decision = verdict.tightest()
        if not verdict.allowed:
            raise LimitExceeded(bucket.name, seconds_up(decision.retry_after))
        return decision

    async def enforce(self, buckets: Sequence[Bucket], scope: Mapping[str, Any]) -> None:
        """Take one request from every bucket, and tell the client how they stand either way.

        Raises:
            LimitExceeded: One of them is full; then nothing was taken from any.
        """
        verdict = await self.decide(buckets)
        if not verdict.buckets:
            return
        told = limit_fields(verdict.buckets, verdict.decisions)
        add_limit_fields(response_headers(scope), told)
        if not verdict.allowed:
            bucket, decision = verdict.tightest()
            raise LimitExceeded(bucket.name, seconds_up(decision.retry_after))

    async def decide(self, buckets: Sequence[Bucket]) -> Verdict:
        """Take one request from every bucket, or from none; never raises."""
        if not buckets:
            return Verdict(allowed=True, buckets=(), decisions=())
        keys = [_key(bucket) for bucket in buckets]
        if self._scripts is not None and self._now() >= self._ask_from:
            try:
                return self._refused(buckets, keys) or await self._shared(
                    self._scripts, buckets, keys
                )
            except Unavailable:
                self._pause()
        return self._alone(buckets, keys)

    def _refused(self, buckets: Sequence[Bucket], keys: list[bytes]) -> Verdict | None:
        """Return the refusal that is certain already: nobody can take from a debt but time.

        So whoever hammers on a closed door costs the shared server nothing, once it knows.
        """
        now = self._now()
        if any(self._table.untold(key, now) for key in keys):
            return None
        rates = [bucket.rate for bucket in buckets]
        allowed, debts = charge([self._table.debt(key, now) for key in keys], rates)
        return None if allowed else _verdict(buckets, debts, rates, allowed=False)

    async def _shared(
        self, scripts: Scripts, buckets: Sequence[Bucket], keys: list[bytes]
    ) -> Verdict:
        asked_at = self._now()
        if self._ask_from:
            # The first after an outage asks; the others go on alone until it has its answer.
            self._ask_from = Micros(asked_at + PAUSE)
        arguments: list[int] = []
        for bucket, key in zip(buckets, keys, strict=True):
            untold = self._table.untold(key, asked_at)
            arguments += (bucket.rate.interval, bucket.rate.capacity, untold)
        allowed, *debts = await scripts.run(SCRIPT, keys, arguments)
        self._resume()
        for key, debt in zip(keys, debts, strict=True):
            # Counted from when we asked: never later than the server counts from.
            self._table.note(key, debt, asked_at, told=True)
        return _verdict(buckets, debts, [bucket.rate for bucket in buckets], allowed=bool(allowed))

    def _alone(self, buckets: Sequence[Bucket], keys: list[bytes]) -> Verdict:
        now = self._now()
        rates = [bucket.rate.divided(self._processes) for bucket in buckets]
        allowed, debts = charge([self._table.debt(key, now) for key in keys], rates)
        if allowed:
            for key, debt in zip(keys, debts, strict=True):
                self._table.note(key, debt, now, told=False)
        return _verdict(buckets, debts, rates, allowed=allowed)

    def _pause(self) -> None:
        if not self._ask_from:
            _log.warning("limits are counted by this process alone", exc_info=True)
        self._ask_from = Micros(self._now() + PAUSE)
        self._table.begin_era()

    def _resume(self) -> None:
        if self._ask_from:
            _log.warning("limits are counted over all processes again")
        self._ask_from = Micros(0)


def _key(bucket: Bucket) -> bytes:
    # A digest: of one length whatever the text is, and what it says (an address, an e-mail) is not
    # there to be read.
    text = bucket.key.encode("utf-8", "surrogatepass")
    return f"limit:{bucket.name}:".encode() + blake2b(text, digest_size=_KEY_BYTES).digest()


def _verdict(
    buckets: Sequence[Bucket], debts: Sequence[int], rates: Sequence[Rate], *, allowed: bool
) -> Verdict:
    decisions = [
        standing(debt, rate, allowed=allowed) for debt, rate in zip(debts, rates, strict=True)
    ]
    return Verdict(allowed, buckets, decisions)
