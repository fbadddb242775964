"""How often the endpoints of sign-in may be asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from playhead.kernel.auth.model import Visit
from playhead.web.forwarded import address_block
from playhead.web.limits import Bucket, Limiting, Rate


@dataclass(frozen=True, slots=True)
class Limit:
    """How often one thing may be asked for: from an address, and for an account.

    An account is counted by what was asked for, whether or not there is such an account.
    """

    name: str
    per_address: Rate | None
    per_account: Rate | None = None

    def buckets(self, address: str, account: str | None) -> list[Bucket]:
        """Return what one request is counted in."""
        found = []
        if self.per_address is not None:
            block = address_block(address)
            found.append(Bucket(f"{self.name}_address", block, self.per_address))
        if self.per_account is not None and account is not None:
            found.append(Bucket(f"{self.name}_account", account, self.per_account))
        return found


def _a_minute(count: int) -> Rate:
    return Rate(count, per_seconds=60, burst=count)


_FEW_MAILS = Rate(5, per_seconds=900, burst=5)

SIGN_IN = Limit("sign_in", _a_minute(5), _a_minute(5))
SIGN_UP = Limit("sign_up", _a_minute(10))
REFRESH = Limit("refresh", _a_minute(60))
SIGN_OUT = Limit("sign_out", _a_minute(60))
OAUTH = Limit("oauth", _a_minute(20))
FORGOT = Limit("forgot", _a_minute(5), _FEW_MAILS)
MAIL_TOKEN = Limit("mail_token", _a_minute(10))
RESEND = Limit("resend", None, _FEW_MAILS)
CHANGE_PASSWORD = Limit("change_password", None, _a_minute(5))


class Gate:
    """What one request has to pass, and who it is that passes."""

    def __init__(self, limiter: Limiting, scope: Mapping[str, Any], visit: Visit) -> None:
        self._limiter = limiter
        self._scope = scope
        self.visit = visit

    async def enter(self, limit: Limit, account: str | None = None) -> Visit:
        """Count the request and return who asks.

        Raises:
            LimitExceeded: It was asked for too often.
        """
        await self._limiter.enforce(limit.buckets(self.visit.address, account), self._scope)
        return self.visit
