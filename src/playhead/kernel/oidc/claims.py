"""What the claims of a verified token mean to us."""

from collections.abc import Iterator
from uuid import UUID

from playhead.base.errors import Invalid
from playhead.base.ids import parse_id
from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.kernel.identity import TokenInvalid
from playhead.kernel.identity.model import ORG_PREFIX
from playhead.kernel.oidc.asking import Json
from playhead.kernel.oidc.model import ProviderClaims
from playhead.kernel.oidc.settings import OidcSettings

INTERNAL_ROLES = frozenset(
    {
        "offline_access",
        "uma_authorization",
        "manage-account",
        "manage-account-links",
        "view-profile",
        "view-consent",
        "manage-consent",
        "delete-account",
        "view-groups",
        "view-applications",
    }
)
"""Roles that Keycloak gives everybody for its own ends; ``default-roles-*`` are such too."""

MOST_CHARACTERS = 255
_END_OF_TIME = 253_402_300_800


def claims_of(payload: Json, settings: OidcSettings) -> ProviderClaims:
    """Return what a token says whose signature, issuer, audience and times were checked.

    Raises:
        TokenInvalid: It names no subject.
    """
    subject, email = _text(payload, "sub"), _text(payload, "email")
    if not subject:
        raise TokenInvalid
    return ProviderClaims(
        issuer=settings.issuer,
        subject=subject,
        email=email or None,
        email_verified=payload.get("email_verified") is True,
        first_name=_text(payload, "given_name"),
        last_name=_text(payload, "family_name"),
        org_hint=_org_hint(payload, settings.org_claim),
        roles=roles_of(payload, settings.client_id),
        session_id=_text(payload, "sid") or None,
        expires_at=instant_of(payload, "exp"),
    )


def roles_of(payload: Json, client_id: str) -> frozenset[str]:
    """Return the roles of the realm and of the client ``client_id``, the internal ones left out."""
    client = _object(_object(payload, "resource_access"), client_id)
    names = {*_names(_object(payload, "realm_access")), *_names(client)}
    return frozenset(
        name
        for name in names
        if name not in INTERNAL_ROLES and not name.startswith("default-roles-")
    )


def instant_of(payload: Json, name: str) -> Micros:
    """Return a time of the token, which counts seconds, in UTC microseconds.

    Raises:
        TokenInvalid: It is missing, or no time.
    """
    value = payload.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TokenInvalid
    if not 0 <= value < _END_OF_TIME:
        raise TokenInvalid
    return Micros(int(value) * MICROS_PER_SECOND)


def _org_hint(payload: Json, claim: str | None) -> UUID | None:
    text = _text(payload, claim) if claim else ""
    try:
        return parse_id(ORG_PREFIX, text, field="org") if "_" in text else UUID(text)
    except (Invalid, ValueError):
        return None  # it is only a hint


def _text(payload: Json, name: str) -> str:
    value = payload.get(name)
    return value.strip() if isinstance(value, str) and len(value) <= MOST_CHARACTERS else ""


def _object(payload: Json, name: str) -> Json:
    value = payload.get(name)
    return value if isinstance(value, dict) else {}


def _names(access: Json) -> Iterator[str]:
    roles = access.get("roles")
    if isinstance(roles, list):
        yield from (role for role in roles if isinstance(role, str))
