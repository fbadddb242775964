"""The bodies that the endpoints of API keys take."""

from ipaddress import IPv6Network, ip_network
from typing import Annotated, Self

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

from playhead.base.time import MICROS_PER_SECOND, Micros
from playhead.kernel.api_keys.model import (
    DAY,
    LONGEST_OVERLAP,
    MOST_NETWORKS,
    MOST_PER_MINUTE,
    KeySettings,
    Network,
)
from playhead.kernel.identity import Scope
from playhead.web.parameters import InstantParameter

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
