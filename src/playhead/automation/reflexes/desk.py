"""What the endpoints of reflexes stand on."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from playhead.automation.reflexes.events import NewId
from playhead.automation.reflexes.rehearsing import Rehearsing
from playhead.automation.reflexes.settle import Starts
from playhead.base.ids import new_uuid
from playhead.base.time import Micros
from playhead.kernel.audit import AuditPort
from playhead.kernel.jobs import JobBell, SilentBell
from playhead.storage.sealing import Sealer
from playhead.storage.tenants import Tenants
from playhead.web.limits import Limiting, Rate

REFLEX_RATE = Rate(count=1200, per_seconds=60, burst=300)
ADDRESS_RATE = Rate(count=6000, per_seconds=60, burst=1000)


@dataclass(frozen=True, slots=True)
class Author:
    """Who makes or changes reflexes: what the audit log keeps of them."""

    org_id: UUID
    name: str
    address: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class ReflexDesk:
    """Where reflexes are made, changed, tried and reached.

    Attributes:
        rehearsing: Runs a reflex over the past; None where nothing was ever recorded.
        public_url: What our own address begins with, without a slash at its end.
        reflex_rate, address_rate: How many webhooks a reflex, and a sender, may send.
        random: Gives that many random bytes.
    """

    tenants: Tenants
    audit: AuditPort
    sealer: Sealer
    starter: Starts
    limiter: Limiting
    rehearsing: Rehearsing | None = None
    public_url: str = "http://127.0.0.1:8000"
    bell: JobBell = field(default_factory=SilentBell)
    reflex_rate: Rate = REFLEX_RATE
    address_rate: Rate = ADDRESS_RATE
    random: Callable[[int], bytes] = secrets.token_bytes
    new_id: NewId = new_uuid

    def id(self, now: Micros) -> UUID:
        """Return a new id."""
        return self.new_id(now)
