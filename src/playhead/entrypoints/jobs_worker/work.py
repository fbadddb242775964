"""What a worker is given to do."""

from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from playhead.entrypoints.kernel import Ground
from playhead.kernel.jobs import Handlers


@dataclass(frozen=True, slots=True)
class Work:
    """Handlers of jobs, and what goes on beside them.

    Attributes:
        loops: Each makes a coroutine that runs until it is cancelled. One that fails is started
            again after a while.
    """

    handlers: Handlers
    loops: Sequence[Callable[[], Coroutine[Any, Any, None]]] = ()


OpenWork = Callable[[Ground], AbstractAsyncContextManager[Work]]
