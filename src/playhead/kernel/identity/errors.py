"""Why somebody is not let in."""

from collections.abc import Iterable

from playhead.base.errors import Forbidden, Unauthenticated


class CredentialsMissing(Unauthenticated):
    """The request carries neither an access token nor an API key."""

    code = "auth.required"

    def __init__(self) -> None:
        super().__init__(
            "this needs an access token or an API key: send Authorization: Bearer ..., or X-API-Key"
        )


class TokenInvalid(Unauthenticated):
    """The access token was not made for us, was altered, or belongs to a session that ended."""

    code = "auth.token_invalid"

    def __init__(self) -> None:
        super().__init__("the access token is not valid; sign in again")


class TokenExpired(Unauthenticated):
    """The access token was valid and is no more; a refresh token gives another."""

    code = "auth.token_expired"

    def __init__(self) -> None:
        super().__init__("the access token has expired; refresh it")


class KeyInvalid(Unauthenticated):
    """The API key is mistyped, unknown, revoked, expired, or not allowed from that address."""

    code = "auth.key_invalid"

    def __init__(self) -> None:
        super().__init__("the API key is not valid here")


class NoOrganisation(Forbidden):
    """The person belongs to no organisation, or not to the one that was asked for."""

    code = "org.none"

    def __init__(self) -> None:
        super().__init__("no organisation assigned: create one, or accept an invitation")


class NotAPerson(Forbidden):
    """An API key asked for what only a person who is signed in may do."""

    code = "auth.person_required"

    def __init__(self) -> None:
        super().__init__("an API key may not do this; sign in and use the access token")


class ScopeMissing(Forbidden):
    """The caller lacks a scope; ``details.missing`` names it."""

    code = "auth.scope_missing"

    def __init__(self, missing: Iterable[str]) -> None:
        names = sorted(missing)
        super().__init__(f"this needs the scope {' and '.join(names)}", missing=names)


class RoleMissing(Forbidden):
    """The person's role in the organisation does not allow this; ``details.roles`` name who may."""

    code = "auth.role_missing"

    def __init__(self, roles: Iterable[str]) -> None:
        names = list(roles)
        super().__init__(f"only the role {' or '.join(names)} may do this", roles=names)
