"""What the kernel of a process stands on."""

from collections.abc import Callable
from dataclasses import dataclass, field

from argon2 import Parameters
from argon2.profiles import RFC_9106_LOW_MEMORY

from playhead.base.time import Micros
from playhead.entrypoints.settings import Settings
from playhead.storage.postgres import Database
from playhead.storage.sealing import Sealer
from playhead.storage.valkey import Valkey


@dataclass(frozen=True, slots=True)
class Ground:
    """What the kernel stands on.

    Attributes:
        database: Connected as the role that serves requests.
        hashing: What a password's hash costs.
    """

    settings: Settings
    database: Database
    valkey: Valkey
    sealer: Sealer
    now: Callable[[], Micros]
    hashing: Parameters = field(default_factory=lambda: RFC_9106_LOW_MEMORY)
