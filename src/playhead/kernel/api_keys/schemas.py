"""API keys on the wire, and the bodies that are taken."""

from datetime import date
from ipaddress import IPv6Network, ip_network
from typing import Annotated, Self
from uuid import UUID

import msgspec
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from playhead.base.ids import format_id
from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.kernel.api_keys.model import (
    DAY,
    LONGEST_OVERLAP,
    MOST_NETWORKS,
    MOST_PER_MINUTE,
    ApiKey,
    DayOfUse,
    IssuedKey,
    KeySettings,
    Network,
)
from playhead.kernel.api_keys.rotate import Rotation
from playhead.kernel.identity import Scope
from playhead.kernel.identity.model import KEY_PREFIX, PERSON_PREFIX
from playhead.web.parameters import InstantParameter
from playhead.web.wire import Instant, Wire, instant, instant_text

LONGEST_NETWORK = 50
_MAPPED = IPv6Network("::ffff:0:0/96")


def _network(text: object) -> Network:
    if not isinstance(text, str) or len(text) > LONGEST_NETWORK or "%" in text:
        raise _no_network()
    try:
        network = ip_network(text)
    except ValueError as error:
        raise _no_network() from error
    if isinstance(network, IPv6Network) and network.subnet_of(_MAPPED):
        # Addresses are compared in their shortest form, so networks are kept in it.
        bits = int(network.network_address) & 0xFFFF_FFFF
        network = ip_network((bits, network.prefixlen - _MAPPED.prefixlen))
    return network


def _no_network() -> PydanticCustomError:
    return PydanticCustomError(
        "network_invalid",
        "a network looks like 192.0.2.0/24 or 2001:db8::/32, without bits set outside its mask",
    )


def _once(items: list[Network]) -> list[Network]:
    return list(dict.fromkeys(items))


Name = Annotated[
    str, Field(pattern=r"^[^\x00-\x1f\x7f]{1,100}$", description="By which people know the key.")
]
Scopes = Annotated[list[Scope], Field(min_length=1, max_length=len(Scope))]
Networks = Annotated[
    list[
        Annotated[
            Network,
            BeforeValidator(_network),
            WithJsonSchema({"type": "string", "examples": ["192.0.2.0/24", "2001:db8::/32"]}),
        ]
    ],
    Field(
        max_length=MOST_NETWORKS,
        description="IPv4 and IPv6 networks that the key may be used from; none: from anywhere.",
    ),
    AfterValidator(_once),
]
PerMinute = Annotated[
    int,
    Field(
        strict=True,
        ge=1,
        le=MOST_PER_MINUTE,
        description="Requests a minute; never more than the plan allows.",
    ),
]
Seconds = Annotated[
    int,
    Field(
        strict=True,
        ge=0,
        le=LONGEST_OVERLAP // MICROS_PER_SECOND,
        description="How long the old key stays good.",
    ),
]
Flag = Annotated[bool, Field(strict=True)]


class Body(BaseModel):
    """A body that we take. What it does not know is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NewKeyBody(Body):
    """A key to make."""

    name: Name
    scopes: Scopes = Field([Scope.HISTORY_READ], description="Of those that the caller has.")
    expires_at: InstantParameter | None = Field(None, description="In the future; null: never.")
    allowed_networks: Networks = []
    limit_per_minute: PerMinute | None = None
    test: Flag = Field(False, description="A key for trying things out: 60 requests a minute.")

    def settings(self) -> KeySettings:
        """Return what is chosen."""
        return KeySettings(
            self.name,
            frozenset(self.scopes),
            self.expires_at,
            tuple(self.allowed_networks),
            self.limit_per_minute,
        )


class KeyChangesBody(Body):
    """What to change. What is not sent stays; null clears."""

    name: Name | None = None
    scopes: Scopes | None = None
    expires_at: InstantParameter | None = None
    allowed_networks: Networks | None = None
    limit_per_minute: PerMinute | None = None

    @model_validator(mode="after")
    def _cannot_be_cleared(self) -> Self:
        for name in ("name", "scopes"):
            if name in self.model_fields_set and getattr(self, name) is None:
                raise PydanticCustomError("not_clearable", "{name} cannot be null", {"name": name})
        return self

    def applied_to(self, settings: KeySettings) -> KeySettings:
        """Return ``settings`` with what was sent."""
        sent = self.model_fields_set
        networks = settings.allowed_networks
        if "allowed_networks" in sent:
            networks = tuple(self.allowed_networks or ())
        return KeySettings(
            self.name or settings.name,
            frozenset(self.scopes or settings.scopes),
            self.expires_at if "expires_at" in sent else settings.expires_at,
            networks,
            self.limit_per_minute if "limit_per_minute" in sent else settings.limit_per_minute,
        )


class RotationBody(Body):
    """How to rotate."""

    overlap_seconds: Seconds = DAY // MICROS_PER_SECOND

    def overlap(self) -> Micros:
        """Return the same in microseconds."""
        return Micros(self.overlap_seconds * MICROS_PER_SECOND)


class LeakBody(Body):
    """A key that somebody found."""

    key: str = Field(max_length=200)
    where: str | None = Field(
        None, pattern=r"^[^\x00-\x1f\x7f]{1,500}$", description="Where it was found."
    )


class KeyView(Wire, frozen=True):
    """An API key. Its text was shown when it was made, and never again.

    Attributes:
        hint: The first characters of its text.
        state: `live`, `expired` or `revoked`.
        replaced_by: The key that it was rotated into.
        last_used_at: A few seconds late.
    """

    id: str
    name: str
    hint: str
    test: bool
    state: str
    scopes: list[str]
    expires_at: Instant | None
    allowed_networks: list[str]
    limit_per_minute: int | None
    created_by: str | None
    created_at: Instant
    updated_at: Instant
    last_used_at: Instant | None
    revoked_at: Instant | None
    revoked_because: str | None
    replaced_by: str | None


class NewKeyView(KeyView, frozen=True):
    """A new API key. `key` is its text: keep it now, it is not shown again."""

    key: str


class RotatedKeyView(NewKeyView, frozen=True):
    """A new API key and the one that it replaces, which stays good until it expires."""

    replaces: KeyView


class KeyPage(Wire, frozen=True):
    """API keys, the newest first."""

    data: list[KeyView]
    next_cursor: str | None
    has_more: bool


class DayView(Wire, frozen=True):
    """Requests on one day (UTC)."""

    day: date
    requests: int


class KeyUsageView(Wire, frozen=True):
    """How often a key was used in the interval, and on which days."""

    id: str
    name: str
    hint: str
    state: str
    requests: int
    days: list[DayView]


class UsagePage(Wire, frozen=True):
    """The use of API keys, the newest key first."""

    data: list[KeyUsageView]
    next_cursor: str | None
    has_more: bool


class LeakReceived(Wire, frozen=True):
    """The report was taken. Whether there was such a key is not told."""

    status: str


def key_view(key: ApiKey, now: Micros) -> KeyView:
    """Return ``key`` as it is sent at ``now``."""
    chosen = key.settings
    return KeyView(
        id=format_id(KEY_PREFIX, key.key_id),
        name=chosen.name,
        hint=key.hint,
        test=key.is_test,
        state=key.state(now).value,
        scopes=[scope.value for scope in Scope if scope in chosen.scopes],
        expires_at=instant(chosen.expires_at),
        allowed_networks=[str(network) for network in chosen.allowed_networks],
        limit_per_minute=chosen.limit_per_minute,
        created_by=_id(PERSON_PREFIX, key.created_by),
        created_at=instant_text(key.created_at),
        updated_at=instant_text(key.updated_at),
        last_used_at=instant(key.last_used_at),
        revoked_at=instant(key.revoked_at),
        revoked_because=key.revoked_because,
        replaced_by=_id(KEY_PREFIX, key.replaced_by),
    )


def _id(prefix: str, value: UUID | None) -> str | None:
    return None if value is None else format_id(prefix, value)


def new_key_view(issued: IssuedKey, now: Micros) -> NewKeyView:
    """Return a new key as it is sent, this once, with its text."""
    view = key_view(issued.key, now)
    return NewKeyView(**msgspec.structs.asdict(view), key=issued.text)


def rotated_key_view(rotation: Rotation, now: Micros) -> RotatedKeyView:
    """Return both keys as they are sent, the new one with its text."""
    view = new_key_view(rotation.new, now)
    return RotatedKeyView(**msgspec.structs.asdict(view), replaces=key_view(rotation.old, now))


def usage_view(key: ApiKey, days: list[DayOfUse], now: Micros) -> KeyUsageView:
    """Return the use of ``key`` as it is sent."""
    return KeyUsageView(
        id=format_id(KEY_PREFIX, key.key_id),
        name=key.settings.name,
        hint=key.hint,
        state=key.state(now).value,
        requests=sum(each.requests for each in days),
        days=[DayView(day=each.day, requests=each.requests) for each in days],
    )
