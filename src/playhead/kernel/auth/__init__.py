"""Sign-in: passwords, sessions, access tokens, and what people do about their own account."""

from playhead.kernel.auth.admission import Admission, Newcomer
from playhead.kernel.auth.assembly import BuiltIn, Policies, Surroundings, build_builtin
from playhead.kernel.auth.elsewhere import AccountsElsewhere
from playhead.kernel.auth.errors import (
    CredentialsWrong,
    MailTokenInvalid,
    NotOffered,
    PasswordsBusy,
    PasswordWrong,
    ProviderUnknown,
    RefreshInvalid,
    RefreshSuperseded,
    SessionNotFound,
)
from playhead.kernel.auth.journal import Journal
from playhead.kernel.auth.letters import Letters
from playhead.kernel.auth.model import (
    Capabilities,
    FlowEnd,
    FlowStart,
    NewPerson,
    SignedUp,
    Tokens,
    Visit,
)
from playhead.kernel.auth.passwords import Passwords
from playhead.kernel.auth.port import Accounts, SignIn

__all__ = [
    "Accounts",
    "AccountsElsewhere",
    "Admission",
    "BuiltIn",
    "Capabilities",
    "CredentialsWrong",
    "FlowEnd",
    "FlowStart",
    "Journal",
    "Letters",
    "MailTokenInvalid",
    "NewPerson",
    "Newcomer",
    "NotOffered",
    "PasswordWrong",
    "Passwords",
    "PasswordsBusy",
    "Policies",
    "ProviderUnknown",
    "RefreshInvalid",
    "RefreshSuperseded",
    "SessionNotFound",
    "SignIn",
    "SignedUp",
    "Surroundings",
    "Tokens",
    "Visit",
    "build_builtin",
]
