"""Why a sign-in, a token or a change of an account is refused."""

from playhead.base.errors import (
    Forbidden,
    Invalid,
    NotFound,
    Unauthenticated,
    Unavailable,
)


class CredentialsWrong(Unauthenticated):
    """Nobody has this address, or the password is another: which of them is not told."""

    code = "auth.credentials_wrong"

    def __init__(self) -> None:
        super().__init__("the e-mail address or the password is wrong")


class RefreshInvalid(Unauthenticated):
    """The refresh token is none, has expired, or its session is over; sign in again."""

    code = "auth.refresh_invalid"

    def __init__(self) -> None:
        super().__init__("the refresh token is not valid; sign in again")


class RefreshSuperseded(RefreshInvalid):
    """The same client exchanged this token a moment ago: use the one that came back.

    The session goes on. Asked later, or from elsewhere, the same token ends it.
    """

    code = "auth.refresh_superseded"

    def __init__(self) -> None:
        super().__init__()
        self.message = "this refresh token was exchanged a moment ago; use the one that came back"


class PasswordsBusy(Unavailable):
    """More passwords wait to be checked than are checked in a moment."""

    code = "auth.busy"

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            f"too many people sign in at this moment; try again in {retry_after} s",
            retry_after=retry_after,
        )


class PasswordWrong(Forbidden):
    """The old password, which a change of the password needs, is another."""

    code = "auth.password_wrong"

    def __init__(self) -> None:
        super().__init__("the current password is another", field="current_password")


class MailTokenInvalid(Invalid):
    """The token of a mail is none, was used, has expired, or a newer mail has replaced it."""

    code = "auth.mail_token_invalid"

    def __init__(self) -> None:
        super().__init__(
            "this link was used, has expired, or is not the newest; ask for another", field="token"
        )


class ProviderUnknown(NotFound):
    """There is no way to sign in by that name here."""

    code = "auth.provider_unknown"

    def __init__(self) -> None:
        super().__init__("nobody can sign in with that provider here", field="provider")


class NotOffered(NotFound):
    """This is done where people of this service sign in, not here."""

    code = "auth.not_offered"

    def __init__(self) -> None:
        super().__init__("this is done at the sign-in provider, not here")


class SessionNotFound(NotFound):
    """There is no such session of this person, or it is over."""

    code = "session.not_found"

    def __init__(self) -> None:
        super().__init__("there is no such session, or it is over")
