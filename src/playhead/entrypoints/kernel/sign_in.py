"""Who signs people in, as the settings choose."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace

from playhead.entrypoints.kernel.ground import Ground
from playhead.entrypoints.kernel.provider import provider_of
from playhead.entrypoints.kernel_settings import SignInKind
from playhead.entrypoints.listening import LOOPBACK
from playhead.entrypoints.settings import Settings
from playhead.kernel.access import TokenReader
from playhead.kernel.api_keys import FirstKey, KeyRevoker
from playhead.kernel.audit import AuditLog
from playhead.kernel.auth.assembly import Surroundings, build_builtin
from playhead.kernel.auth.dependencies import AuthRoom
from playhead.kernel.auth.elsewhere import AccountsElsewhere
from playhead.kernel.auth.journal import Journal
from playhead.kernel.auth.passwords import Passwords
from playhead.kernel.mail import Outbox
from playhead.kernel.oidc.assembly import open_oidc
from playhead.kernel.oidc.sign_in import OidcSignIn
from playhead.kernel.orgs import Founding
from playhead.storage.tenants import Tenants
from playhead.web.limits import Limiter


@dataclass(frozen=True, slots=True)
class OpenSignIn:
    """One way to sign in, ready."""

    room: AuthRoom
    tokens: TokenReader


def issuer_of(settings: Settings) -> str:
    """Return the address by which our access tokens say where they are from."""
    return settings.public_url or f"http://{LOOPBACK}:{settings.port}"


@asynccontextmanager
async def open_sign_in(
    ground: Ground, tenants: Tenants, *, outbox: Outbox, audit: AuditLog, limiter: Limiter
) -> AsyncIterator[OpenSignIn]:
    """Open the way to sign in that the settings choose."""
    with Passwords.open(ground.hashing) as passwords:
        around = Surroundings(
            tenants=tenants,
            sealer=ground.sealer,
            passwords=passwords,
            mail=outbox,
            audit=audit,
            founding=Founding(),
            first_key=FirstKey(audit),
            key_revoker=KeyRevoker(audit),
            limiter=limiter,
            issuer=issuer_of(ground.settings),
            now=ground.now,
        )
        room = build_builtin(around).room
        if ground.settings.sign_in is SignInKind.BUILT_IN:
            yield OpenSignIn(room, room.sign_in)
        else:
            async with _open_provider(ground.settings, around) as sign_in:
                journal = Journal(tenants, audit)
                accounts = AccountsElsewhere(tenants, journal, now=ground.now)
                # The provider signs the tokens; people and their sessions are ours.
                elsewhere = replace(room, sign_in=sign_in, accounts=accounts, keys=None)
                yield OpenSignIn(elsewhere, sign_in)


def _open_provider(
    settings: Settings, around: Surroundings
) -> AbstractAsyncContextManager[OidcSignIn]:
    return open_oidc(
        provider_of(settings),
        tenants=around.tenants,
        sealer=around.sealer,
        audit=around.audit,
        founding=around.founding,
        first_key=around.first_key,
        now=around.now,
    )
