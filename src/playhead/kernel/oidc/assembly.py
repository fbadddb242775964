"""Putting sign-in with a provider together."""

import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from playhead.base.time import Micros
from playhead.kernel.audit import AuditPort
from playhead.kernel.auth.journal import Journal
from playhead.kernel.auth.pace import Pace
from playhead.kernel.auth.ports import FirstKey, Founding
from playhead.kernel.oidc.cached import USUAL, CachePolicy
from playhead.kernel.oidc.client import OidcClient
from playhead.kernel.oidc.identities import ProviderPeople
from playhead.kernel.oidc.repository import OAuthFlows
from playhead.kernel.oidc.settings import OidcSettings
from playhead.kernel.oidc.sign_in import OidcSignIn
from playhead.storage.sealing import Sealer
from playhead.storage.tenants import Tenants


@asynccontextmanager
async def open_oidc(
    settings: OidcSettings,
    *,
    tenants: Tenants,
    sealer: Sealer,
    audit: AuditPort,
    founding: Founding,
    first_key: FirstKey,
    now: Callable[[], Micros],
    monotonic: Callable[[], float] = time.monotonic,
    random: Callable[[int], bytes] = secrets.token_bytes,
    policy: CachePolicy = USUAL,
    pace: Pace | None = None,
) -> AsyncIterator[OidcSignIn]:
    """Open sign-in with a provider, and close it afterwards. Nothing is asked of anybody yet.

    Args:
        settings: Which provider, and how far it is trusted.
        tenants: Our database.
        sealer: Seals what is kept of sign-ins that are away.
        audit: Where sign-ins are told.
        founding: Makes the organisation of somebody new.
        first_key: Makes its first API key.
        now: UTC microseconds.
        monotonic: Seconds of a clock that is never set.
        random: Gives that many random bytes.
        policy: How long the provider's keys are kept, and how often they are asked for.
        pace: Holds back refusals of passwords; None: half a second.

    Raises:
        OSError: The certificates of ``settings.ca_file`` cannot be read.
    """
    journal = Journal(tenants, audit)
    identities = ProviderPeople(tenants, founding, first_key, journal, now=now)
    async with OidcClient.open(
        settings,
        OAuthFlows(tenants),
        sealer,
        now=now,
        monotonic=monotonic,
        random=random,
        policy=policy,
    ) as client:
        beat = pace or Pace()
        yield OidcSignIn(settings, client, tenants, identities, journal, pace=beat, now=now)
