"""What every change to API keys stands on."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from playhead.kernel.audit import AuditPort
from playhead.storage.tenants import Tenants


@dataclass(frozen=True, slots=True)
class KeyDesk:
    """Where keys are made and changed.

    Attributes:
        random: Gives that many random bytes.
    """

    tenants: Tenants
    audit: AuditPort
    random: Callable[[int], bytes] = secrets.token_bytes
