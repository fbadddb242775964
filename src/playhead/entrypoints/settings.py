"""The settings of a process. The only module that reads the environment."""

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, AliasChoices, Field, ValidationError, model_validator
from pydantic_settings import SettingsConfigDict

from playhead.base.errors import Invalid
from playhead.entrypoints.kernel_settings import KernelSettings

PREFIX = "PLAYHEAD_"
MOST_RECORDERS = 8


class InvalidSetting(Invalid):
    """An environment variable has a value that cannot be used."""

    code = "settings.invalid"


class Exchange(StrEnum):
    """Which exchange is recorded."""

    SIMULATED = "simulated"
    DEMO = "demo"
    PRODUCTION = "production"


def _postgres_address(url: str) -> str:
    if not url.startswith(("postgresql://", "postgres://")):
        raise ValueError("it must start with postgresql://")
    return url


def _valkey_address(url: str) -> str:
    if not url.startswith(("redis://", "rediss://", "valkey://", "valkeys://", "unix://")):
        raise ValueError("it must start with redis://, rediss://, valkey://, valkeys:// or unix://")
    return url


PostgresAddress = Annotated[str, AfterValidator(_postgres_address)]
ValkeyAddress = Annotated[str, AfterValidator(_valkey_address)]
Port = Annotated[int, Field(ge=1, le=65_535)]


class Settings(KernelSettings):
    """What can be set from outside, as ``PLAYHEAD_<NAME>`` except where another name is given."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, hide_input_in_errors=True
    )

    home: Path = Field(default=Path(".playhead"), description="Folder that holds all state.")
    database_url: PostgresAddress | None = Field(
        default=None,
        description="PostgreSQL 15 or newer to use instead of the embedded one, as its owner.",
    )
    service_database_url: PostgresAddress | None = Field(
        default=None,
        description="The same database as playhead_service, who serves requests; made by itself"
        " where the owner may alter roles.",
    )
    valkey_url: ValkeyAddress | None = Field(
        default=None, description="Valkey or Redis to use instead of the embedded one."
    )
    port: Port = Field(default=8000, description="Port of the API, on 127.0.0.1.")
    exchange: Exchange = Field(
        default=Exchange.SIMULATED,
        description="Which exchange to record; `production` when there are keys, else `simulated`.",
    )
    exchange_port: Port = Field(
        default=8010, description="Port of the simulated exchange, on 127.0.0.1."
    )
    kalshi_key_id: str | None = Field(
        default=None,
        validation_alias=AliasChoices("KALSHI_KEY_ID", "kalshi_key_id"),
        description="Name of the API key of the real exchange.",
    )
    kalshi_private_key_file: Path | None = Field(
        default=None,
        validation_alias=AliasChoices("KALSHI_PRIVATE_KEY_FILE", "kalshi_private_key_file"),
        description="File that holds the API key's private half, as PEM.",
    )
    recorders: int = Field(
        default=1,
        ge=1,
        le=MOST_RECORDERS,
        description="Recorders side by side, each with a capture of its own.",
    )
    recorder_shards: int = Field(
        default=1,
        ge=1,
        le=MOST_RECORDERS,
        description="Parts of the markets, each for as many of the recorders.",
    )
    simulated_markets: int = Field(
        default=200, ge=1, le=100_000, description="Markets to simulate."
    )
    simulated_rate: float = Field(
        default=500, gt=0, description="Book changes a second, all simulated markets together."
    )
    simulated_seed: int = Field(default=1, ge=0, description="Same seed, same simulated frames.")
    simulated_speed: float = Field(default=1, gt=0, description="Simulated seconds a second.")

    @model_validator(mode="after")
    def _keys_come_in_pairs(self) -> Self:
        has_id, has_file = self.kalshi_key_id is not None, self.kalshi_private_key_file is not None
        if has_id != has_file:
            missing = "KALSHI_PRIVATE_KEY_FILE" if has_id else "KALSHI_KEY_ID"
            raise ValueError(f"{missing} is not set; the exchange's keys need both variables")
        if not has_id and self.exchange is not Exchange.SIMULATED:
            raise ValueError(
                f"{PREFIX}EXCHANGE is {self.exchange}, which needs KALSHI_KEY_ID and "
                "KALSHI_PRIVATE_KEY_FILE"
            )
        return self

    @model_validator(mode="after")
    def _shards_have_equally_many_recorders(self) -> Self:
        if self.recorders % self.recorder_shards:
            raise ValueError(
                f"{PREFIX}RECORDERS is {self.recorders}, which is no multiple of "
                f"{PREFIX}RECORDER_SHARDS, {self.recorder_shards}: each part of the markets needs "
                "as many recorders"
            )
        return self


def load_settings(**chosen: object) -> Settings:
    """Return the settings that the environment gives, ``chosen`` ones taking precedence.

    A chosen value of None counts as not chosen.

    Raises:
        InvalidSetting: One sentence that names the variable at fault.
    """
    given: dict[str, Any] = {name: value for name, value in chosen.items() if value is not None}
    try:
        settings = Settings(**given)
    except ValidationError as error:
        raise InvalidSetting(_sentence(error)) from error
    if "exchange" not in settings.model_fields_set and settings.kalshi_key_id is not None:
        return settings.model_copy(update={"exchange": Exchange.PRODUCTION})
    return settings


def child_environment(settings: Settings) -> dict[str, str]:
    """Return our environment with ``settings`` in it, for a child that loads them again."""
    environment = dict(os.environ)
    for name, value in settings:
        variable = variable_of(name)
        environment.pop(variable, None)
        if value is not None:
            environment[variable] = str(value)
    return environment


def variable_of(field: str) -> str:
    """Return the environment variable that sets ``field``."""
    alias = Settings.model_fields[field].validation_alias
    if isinstance(alias, AliasChoices):
        return str(alias.choices[0])
    return f"{PREFIX}{field.upper()}"


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    text = first["msg"].removeprefix("Value error, ")
    if not first["loc"]:
        return text
    name = str(first["loc"][0])
    variable = variable_of(name) if name in Settings.model_fields else name
    return f"{variable} is not valid: {text[:1].lower()}{text[1:]}"
