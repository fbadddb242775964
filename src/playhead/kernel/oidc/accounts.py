"""Making accounts in Keycloak, by its admin API and a service account that can do no more."""

import logging
from collections.abc import Callable, Mapping
from urllib.parse import quote

from playhead.kernel.oidc.asking import Answer, Asking
from playhead.kernel.oidc.discovery import Discovery
from playhead.kernel.oidc.endpoint import authenticated, grant_of
from playhead.kernel.oidc.errors import (
    PasswordRefused,
    ProfileRefused,
    ProviderUnavailable,
)
from playhead.kernel.oidc.settings import OidcSettings
from playhead.kernel.people import EmailTaken

SPARE_SECONDS = 30
_FIELDS: Mapping[object, str] = {
    "email": "email",
    "username": "email",
    "firstName": "first_name",
    "lastName": "last_name",
}
_log = logging.getLogger(__name__)


class Accounts:
    """Makes accounts in a realm."""

    def __init__(
        self,
        settings: OidcSettings,
        discovery: Discovery,
        asking: Asking,
        *,
        monotonic: Callable[[], float],
    ) -> None:
        self._settings = settings
        self._discovery = discovery
        self._asking = asking
        self._monotonic = monotonic
        self._token = ""
        self._good_until = float("-inf")

    async def create(self, email: str, password: str, first_name: str, last_name: str) -> None:
        """Make an account that can sign in at once; nobody has verified its address.

        Raises:
            EmailTaken: The realm has an account with this address.
            PasswordRefused: The realm's policy refuses the password.
            ProfileRefused: It refuses the address or a name; the error names the field.
            ProviderUnavailable: It cannot be asked. Whether the account was made is unknown.
        """
        account = {
            "username": email,
            "email": email,
            "emailVerified": False,
            "enabled": True,
            "firstName": first_name,
            "lastName": last_name,
            "credentials": [{"type": "password", "value": password, "temporary": False}],
        }
        answer = await self._post_user(account)
        if answer.status == 401:  # the token was withdrawn; nothing was made
            self._good_until = float("-inf")
            answer = await self._post_user(account)
        if not answer.is_success:
            raise _refusal_of(answer)

    async def end_session(self, session_id: str) -> None:
        """End a session of the realm; nothing if there is none of that name.

        Raises:
            ProviderUnavailable: The realm cannot be asked, or does not let us.
        """
        url = f"{self._settings.accounts_url}/sessions/{quote(session_id, safe='')}"
        headers = {"Authorization": f"Bearer {await self._own_token()}"}
        answer = await self._asking.delete(url, headers)
        if not answer.is_success and answer.status != 404:
            raise _not_allowed(answer)

    async def _post_user(self, account: Mapping[str, object]) -> Answer:
        headers = {"Authorization": f"Bearer {await self._own_token()}"}
        url = f"{self._settings.accounts_url}/users"
        return await self._asking.post_json(url, account, headers)

    async def _own_token(self) -> str:
        if self._monotonic() < self._good_until:
            return self._token
        asked_at = self._monotonic()
        settings = self._settings
        named, headers = authenticated(
            settings.admin_client_id or "",
            settings.admin_client_secret,
            settings.client_authentication,
        )
        url = (await self._discovery.metadata()).token_endpoint
        form = {"grant_type": "client_credentials", **named}
        answer = await self._asking.post_form(url, form, headers)
        if not answer.is_success:
            raise _not_allowed(answer)
        grant = grant_of(answer)
        self._token = grant.access_token
        self._good_until = asked_at + grant.expires_in - SPARE_SECONDS
        return self._token


def _refusal_of(
    answer: Answer,
) -> EmailTaken | PasswordRefused | ProfileRefused | ProviderUnavailable:
    if answer.status == 409:
        return EmailTaken()
    if answer.status != 400:
        return _not_allowed(answer)
    field = _FIELDS.get(_first_fault(answer).get("field"))
    if field is not None:
        return ProfileRefused(field)
    if str(answer.body.get("error", "")).startswith("invalidPassword"):
        return PasswordRefused()
    return _not_allowed(answer)


def _first_fault(answer: Answer) -> Mapping[str, object]:
    """Return the first of several faults, or the answer itself, which tells a single one."""
    faults = answer.body.get("errors")
    first = faults[0] if isinstance(faults, list) and faults else answer.body
    return first if isinstance(first, dict) else {}


def _not_allowed(answer: Answer) -> ProviderUnavailable:
    error = answer.body.get("error")
    _log.error(
        "the sign-in provider does not let us administer accounts: %s %r", answer.status, error
    )
    return ProviderUnavailable(f"its admin API answered with {answer.status} {error!r}")
