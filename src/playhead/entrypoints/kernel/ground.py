"""What the kernel of a process stands on."""

from collections.abc import Callable
from dataclasses import dataclass

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
    """

    settings: Settings
    database: Database
    valkey: Valkey
    sealer: Sealer
    now: Callable[[], Micros]
