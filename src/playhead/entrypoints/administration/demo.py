"""The key that the demo asks with, and hands to whoever looks on."""

import asyncio
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from playhead.entrypoints.administration.keys import create_key, keys_of, revoke_all
from playhead.entrypoints.administration.opening import Administration
from playhead.entrypoints.administration.organisations import PLAN, ensure_organisation
from playhead.entrypoints.secrets_of_home import open_sealer
from playhead.entrypoints.settings import Settings
from playhead.kernel.api_keys import KeySettings
from playhead.kernel.api_keys.model import MOST_LIVE_KEYS
from playhead.kernel.identity import Scope

NAME = "Demo"
DEMO_ORG: Final = uuid5(NAMESPACE_URL, "playhead:organisations/demo")
"""The same in every database, so that the next demo finds the organisation of the last."""


def demo_key(settings: Settings) -> str:
    """Return a new API key of the organisation `Demo`, with all scopes; earlier ones are revoked.

    Only keys that a demo made are: others of that organisation stay.

    Raises:
        NothingRuns: The embedded database is not up.
        DatabaseUnavailable: It cannot be reached.
    """
    open_sealer(settings)  # made by now, even where the processes have only just been started
    return asyncio.run(_demo_key(settings))


async def _demo_key(settings: Settings) -> str:
    async with Administration.open(settings) as desk:
        await ensure_organisation(desk, DEMO_ORG, NAME, plan=PLAN, now=desk.now())
        found = await keys_of(desk, DEMO_ORG, limit=MOST_LIVE_KEYS)
        earlier = [key for key in found if key.settings.name == NAME]
        # First the old ones go: a demo that is started often would otherwise fill the organisation.
        await revoke_all(desk, DEMO_ORG, earlier)
        issued = await create_key(desk, DEMO_ORG, KeySettings(NAME, frozenset(Scope)))
        return issued.text
