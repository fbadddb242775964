"""An operator at the shell, over a database of the test's own."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from playhead.entrypoints.administration import Administration
from playhead.entrypoints.secrets_of_home import open_sealer
from playhead.entrypoints.settings import Settings

T = TypeVar("T")
Deed = Callable[[Administration], Awaitable[T]]


def operating(home: Path, owner_url: str) -> Settings:
    """Return the settings of a home with its master key, whose database is at ``owner_url``."""
    settings = Settings(home=home, database_url=owner_url)
    open_sealer(settings)
    return settings


def as_operator(settings: Settings, deed: Deed[T]) -> T:
    """Do something as the operator and return what came of it."""

    async def act() -> T:
        async with Administration.open(settings) as desk:
            return await deed(desk)

    return asyncio.run(act())
