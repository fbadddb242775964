"""The built-in sign-in, put together from what it needs."""

from collections.abc import Callable
from dataclasses import dataclass, field

from playhead.base.time import Micros
from playhead.kernel.audit import AuditPort
from playhead.kernel.auth.accounts import BuiltInAccounts
from playhead.kernel.auth.admission import Admission
from playhead.kernel.auth.builtin import BuiltInSignIn
from playhead.kernel.auth.dependencies import AuthRoom
from playhead.kernel.auth.journal import Journal
from playhead.kernel.auth.letters import Letters
from playhead.kernel.auth.mail_tokens import MailTokenPolicy, MailTokens
from playhead.kernel.auth.pace import Pace
from playhead.kernel.auth.passwords import Passwords
from playhead.kernel.auth.ports import FirstKey, Founding, KeyRevoker
from playhead.kernel.auth.profiles import Profiles
from playhead.kernel.auth.sessions import SessionLiveness, SessionPolicy, Sessions
from playhead.kernel.auth.signing import AccessTokens, KeyRing, SigningKeys, SigningPolicy
from playhead.kernel.auth.squatting import Eviction
from playhead.kernel.mail import MailPort
from playhead.storage.sealing import Sealer
from playhead.storage.tenants import Tenants
from playhead.web.limits import Limiting


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the built-in sign-in stands on; all of it outlives it.

    Attributes:
        passwords: Opened by whoever serves, as it has threads.
        issuer: The address of this service as the world knows it.
        letters: Writes the mails.
        now: UTC microseconds.
    """

    tenants: Tenants
    sealer: Sealer
    passwords: Passwords
    mail: MailPort
    audit: AuditPort
    founding: Founding
    first_key: FirstKey
    key_revoker: KeyRevoker
    limiter: Limiting
    issuer: str
    now: Callable[[], Micros]
    letters: Letters = field(default_factory=Letters)


@dataclass(frozen=True, slots=True)
class Policies:
    """How long everything lasts."""

    signing: SigningPolicy = field(default_factory=SigningPolicy)
    sessions: SessionPolicy = field(default_factory=SessionPolicy)
    mail_tokens: MailTokenPolicy = field(default_factory=MailTokenPolicy)


USUAL = Policies()


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """The built-in sign-in: its adapter, and the parts that others ask."""

    sign_in: BuiltInSignIn
    accounts: BuiltInAccounts
    sessions: Sessions
    liveness: SessionLiveness
    ring: KeyRing
    admission: Admission
    room: AuthRoom


def build_builtin(
    around: Surroundings, *, policies: Policies = USUAL, pace: Pace | None = None
) -> BuiltIn:
    """Return the built-in sign-in. Nothing is connected or read yet."""
    tenants, now, beat = around.tenants, around.now, pace or Pace()
    ring = KeyRing(SigningKeys(tenants), around.sealer, now=now, policy=policies.signing)
    access = AccessTokens(ring, issuer=around.issuer, now=now, policy=policies.signing)
    journal = Journal(tenants, around.audit)
    sessions = Sessions(tenants, access, journal, now=now, policy=policies.sessions)
    mail_tokens = MailTokens(
        tenants, around.mail, around.letters, now=now, policy=policies.mail_tokens
    )
    admission = Admission(around.founding, around.first_key)
    sign_in = BuiltInSignIn(
        tenants,
        around.passwords,
        access,
        sessions,
        mail_tokens,
        admission=admission,
        journal=journal,
        pace=beat,
        now=now,
    )
    accounts = BuiltInAccounts(
        tenants,
        around.passwords,
        mail_tokens,
        journal=journal,
        eviction=Eviction(tenants, around.key_revoker),
        pace=beat,
        now=now,
    )
    room = AuthRoom(sign_in, accounts, sessions, Profiles(tenants), around.limiter, ring)
    liveness = SessionLiveness(tenants)
    return BuiltIn(sign_in, accounts, sessions, liveness, ring, admission, room)
