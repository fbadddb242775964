"""Opens models of providers: the one place that knows which module speaks to whom."""

import asyncio
import re
from collections.abc import Callable
from enum import StrEnum
from importlib import import_module
from typing import cast

import httpx2

from playhead.automation.models.hosted import Dialect, HostedModel
from playhead.automation.models.keys import ProviderKey
from playhead.automation.models.pacing import TimeOuts
from playhead.automation.models.port import Model
from playhead.automation.models.upstream import Upstream
from playhead.base.errors import Invalid

LAST_PORT = 65_535
_PLACE = re.compile(
    r"https?://(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::(?P<port>\d{1,5}))?(?:/[\w.~%/-]*)?",
    re.ASCII | re.IGNORECASE,
)
_ADAPTERS = "playhead.automation.models.adapters"


class Provider(StrEnum):
    """Who answers. ``COMPATIBLE`` is any server that speaks OpenAI's Chat Completions."""

    ANTHROPIC = "anthropic"
    GOOGLE = "google"
    OPENAI = "openai"
    COMPATIBLE = "compatible"
    LOCAL = "local"


_DIALECTS = {
    Provider.ANTHROPIC: ("anthropic", "AnthropicDialect"),
    Provider.GOOGLE: ("google", "GoogleDialect"),
    Provider.OPENAI: ("openai", "OpenAIDialect"),
    Provider.COMPATIBLE: ("openai", "OpenAIDialect"),
}


class ProviderPlaceInvalid(Invalid):
    """A provider that cannot be spoken to so; ``field`` says what is wrong."""

    code = "model.place_invalid"


async def open_model(
    provider: Provider,
    key: ProviderKey,
    upstream: Upstream,
    *,
    base_url: str | None = None,
    time_outs: TimeOuts | None = None,
) -> Model:
    """Return the models of ``provider``. Nothing is sent until one is asked.

    The first call for a provider imports its SDK (half a second to several) in a thread, so that
    the event loop goes on; later calls take microseconds.

    Args:
        provider: Any but ``LOCAL``, which is :class:`LocalModel`.
        base_url: Where it is spoken to, instead of at its own address.

    Raises:
        ProviderPlaceInvalid: The address is none, or is missing for a compatible server.
    """
    if provider not in _DIALECTS:
        raise ProviderPlaceInvalid(f"{provider} has no address", field="provider")
    if provider is Provider.COMPATIBLE and base_url is None:
        raise ProviderPlaceInvalid("a compatible server needs its address", field="base_url")
    if base_url is not None:
        _check_base_url(base_url)
    dialect = await asyncio.to_thread(_dialect, provider, base_url)
    return HostedModel(dialect, key, upstream, time_outs or TimeOuts())


def _dialect(provider: Provider, base_url: str | None) -> Dialect:
    module, name = _DIALECTS[provider]
    make = cast(Callable[..., Dialect], getattr(import_module(f"{_ADAPTERS}.{module}"), name))
    told = {} if base_url is None else {"base_url": base_url}
    if provider is Provider.COMPATIBLE:
        told["limit_field"] = "max_tokens"
    return make(**told)


def _check_base_url(text: str) -> None:
    if not _is_place(text):
        raise ProviderPlaceInvalid(
            "an address is http(s)://host[:port][/path], without a name or a query",
            field="base_url",
        )


def _is_place(text: str) -> bool:
    match = _PLACE.fullmatch(text)
    if match is None:
        return False
    try:
        httpx2.URL(text)
    except httpx2.InvalidURL:
        return False
    return 1 <= int(match["port"] or 443) <= LAST_PORT
