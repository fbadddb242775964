"""Verifies answers: finds the evidence by the tape, and reads it in the raw captures."""

import asyncio

from playhead.base.time import format_instant
from playhead.history.capture import CaptureStore
from playhead.history.verify.errors import TooManyVerifications
from playhead.history.verify.judge import judge
from playhead.history.verify.model import Claim, Finding, Trail, Verdict
from playhead.history.verify.ports import TrailFinder
from playhead.history.verify.reading import Budget, Progress

MOST_BYTES = 64 * 1024 * 1024
AT_ONCE = 2


class Verifier:
    """Checks answers against the captures of this machine.

    At most ``at_once`` at a time, each reading at most ``most_bytes`` (None: any number) in a
    thread of its own; more at once are refused, not kept waiting.
    """

    def __init__(
        self,
        trails: TrailFinder,
        captures: CaptureStore,
        *,
        most_bytes: int | None = MOST_BYTES,
        at_once: int = AT_ONCE,
        progress: Progress = lambda _: None,
    ) -> None:
        self._trails = trails
        self._captures = captures
        self._most_bytes = most_bytes
        self._at_once = at_once
        self._progress = progress
        self._running = 0

    async def verify(self, claim: Claim) -> Finding:
        """Return the verdict on ``claim`` and what it rests on.

        Raises:
            TooManyVerifications: As many run as may.
            TooFar: The evidence takes more reading than is allowed.
        """
        trail = await self._trails.find(claim)
        if trail is None:
            return _unverifiable(claim, f"the tape here has no such interval of {claim.ticker}")
        doubt = _doubt(claim, trail)
        if doubt is not None:
            return _unverifiable(claim, doubt, trail)
        if self._running >= self._at_once:
            raise TooManyVerifications(self._at_once)
        self._running += 1
        reading = asyncio.get_running_loop().run_in_executor(None, self._read, claim, trail)
        reading.add_done_callback(self._ended)
        return await asyncio.shield(reading)  # a thread reads on, whoever has gone away

    def _ended(self, _reading: object) -> None:
        self._running -= 1

    def _read(self, claim: Claim, trail: Trail) -> Finding:
        wanted = (trail.capture_number, trail.capture)
        for capture in self._captures.captures():
            if (capture.number, capture.name) == wanted:
                return judge(claim, trail, capture, Budget(self._most_bytes, self._progress))
        reason = f"the capture {trail.folder_name} is not on this machine"
        return _unverifiable(claim, reason, trail)


def _doubt(claim: Claim, trail: Trail) -> str | None:
    """Return why the tape itself does not, or no longer, prove the instant; None if it does."""
    at = format_instant(claim.at)
    if claim.capture is not None and claim.capture != trail.capture:
        return f"the capture {claim.capture} of the certificate is not the one that is here"
    if trail.clock_fault is not None:
        return f"our clock does not tell what was when at {at}: {trail.clock_fault}"
    if trail.since is None or trail.until is None or not trail.since <= claim.at <= trail.until:
        end = "" if trail.closed_by is None else f" (it was ended by {trail.closed_by})"
        return f"the interval proves nothing at {at}, or no longer{end}"
    return None


def _unverifiable(claim: Claim, reason: str, trail: Trail | None = None) -> Finding:
    return Finding(claim, Verdict.UNVERIFIABLE, reason, trail=trail)
