"""What a way of signing in is: built in, or with a provider."""

from typing import Protocol
from uuid import UUID

from playhead.kernel.auth.model import (
    Capabilities,
    FlowEnd,
    FlowStart,
    NewPerson,
    SignedUp,
    Tokens,
    Visit,
)
from playhead.kernel.identity import Claims
from playhead.kernel.people import Email


class SignIn(Protocol):
    """Signs people in and out."""

    def capabilities(self) -> Capabilities:
        """Return what can be done here."""
        ...

    async def read(self, token: str) -> Claims:
        """Return what an access token says.

        Raises:
            TokenExpired: It was good and is no more.
            TokenInvalid: It is not one of ours, or was altered.
        """
        ...

    async def sign_up(self, new: NewPerson, visit: Visit) -> SignedUp:
        """Make a person with an organisation and a first API key, and sign them in.

        Raises:
            EmailTaken: Somebody has the address.
            NotOffered: Accounts are not made here.
        """
        ...

    async def sign_in(self, email: Email, password: str, visit: Visit) -> Tokens:
        """Sign in with a password.

        Raises:
            CredentialsWrong: Nobody has this address, or the password is another.
            NotOffered: Passwords are not taken here.
        """
        ...

    async def refresh(self, token: str, visit: Visit, *, org_id: UUID | None = None) -> Tokens:
        """Return the next tokens for a refresh token, which is of no use afterwards.

        Args:
            token: The refresh token.
            visit: Who asks.
            org_id: The organisation that is chosen from now on; None leaves it.

        Raises:
            RefreshInvalid: It is none, has expired, was used, or its session is over.
            NoOrganisation: The person does not belong to ``org_id``.
        """
        ...

    async def sign_out(self, access: str | None, refresh: str | None, visit: Visit) -> None:
        """End the sessions of the tokens that are given; nothing if they are over or none."""
        ...

    async def begin_oauth(self, provider: str, redirect_uri: str | None, visit: Visit) -> FlowStart:
        """Return where to send a browser that wants to sign in.

        Raises:
            ProviderUnknown: There is no such way to sign in here.
        """
        ...

    async def finish_oauth(self, end: FlowEnd, visit: Visit) -> Tokens:
        """Return the tokens of a sign-in that came back.

        Raises:
            ProviderUnknown: There is no such way to sign in here.
        """
        ...


class Accounts(Protocol):
    """What people do about their own account, besides signing in."""

    async def forget_password(self, email: Email, visit: Visit) -> None:
        """Mail a way to set another password, if somebody has the address."""
        ...

    async def reset_password(self, token: str, password: str, visit: Visit) -> None:
        """Set the password of whom ``token`` was mailed to, and end all of their sessions.

        Raises:
            MailTokenInvalid: It is none, was used, has expired, or is of an older mail.
        """
        ...

    async def verify_email(self, token: str, visit: Visit) -> None:
        """Note that the address which ``token`` was mailed to is that person's.

        Raises:
            MailTokenInvalid: It is none, was used, has expired, or is of an older mail.
        """
        ...

    async def resend_verification(self, user_id: UUID, visit: Visit) -> None:
        """Mail another token to an address that is not verified yet."""
        ...

    async def rename(
        self, user_id: UUID, first_name: str | None, last_name: str | None, visit: Visit
    ) -> None:
        """Change the names that are given."""
        ...

    async def change_password(
        self, user_id: UUID, session_id: UUID | None, old: str, new: str, visit: Visit
    ) -> None:
        """Set another password, and end all sessions but ``session_id``.

        Raises:
            PasswordWrong: ``old`` is not the password.
        """
        ...
