"""A verifier in memory."""

from dataclasses import dataclass, field

from playhead.base.errors import PlayheadError
from playhead.history.verify import Claim, Finding, Verdict


@dataclass
class FakeVerifier:
    """Finds that every answer is the same, or fails as it was told; ``asked`` keeps the claims."""

    error: PlayheadError | None = None
    asked: list[Claim] = field(default_factory=list)

    async def verify(self, claim: Claim) -> Finding:
        self.asked.append(claim)
        if self.error is not None:
            raise self.error
        return Finding(claim, Verdict.SAME, None, digest=claim.digest)
