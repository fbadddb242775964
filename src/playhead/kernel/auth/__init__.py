"""Sign-in: passwords, sessions, access tokens, and what people do about their own account."""

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
from playhead.kernel.auth.model import (
    Capabilities,
    FlowEnd,
    FlowStart,
    NewPerson,
    SignedUp,
    Tokens,
    Visit,
)
from playhead.kernel.auth.port import Accounts, SignIn

__all__ = [
    "Accounts",
    "Capabilities",
    "CredentialsWrong",
    "FlowEnd",
    "FlowStart",
    "MailTokenInvalid",
    "NewPerson",
    "NotOffered",
    "PasswordWrong",
    "PasswordsBusy",
    "ProviderUnknown",
    "RefreshInvalid",
    "RefreshSuperseded",
    "SessionNotFound",
    "SignIn",
    "SignedUp",
    "Tokens",
    "Visit",
]
