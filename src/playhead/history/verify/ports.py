"""What verifications are made from, and who makes them."""

from typing import Protocol

from playhead.history.verify.model import Claim, Finding, Trail


class TrailFinder(Protocol):
    """Knows where the evidence for an answer is."""

    async def find(self, claim: Claim) -> Trail | None:
        """Return where the evidence is; None if there is none."""
        ...


class AnswerVerifier(Protocol):
    """Checks answers against raw captures."""

    async def verify(self, claim: Claim) -> Finding:
        """Return the verdict on ``claim`` and what it rests on."""
        ...
