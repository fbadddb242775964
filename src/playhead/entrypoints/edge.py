"""How far the API is open, as the settings say."""

from urllib.parse import urlsplit

from playhead.automation.reflexes import MOST_BYTES, WEBHOOKS_PATH
from playhead.entrypoints.http_app import PREFIX
from playhead.entrypoints.kernel_settings import listed
from playhead.entrypoints.settings import Settings
from playhead.web.cors import parse_origins
from playhead.web.edge import Edge
from playhead.web.forwarded import parse_networks

BODY_BYTES = {f"{PREFIX}{WEBHOOKS_PATH}": MOST_BYTES}
"""Strangers are believed only after their body was taken: it is small."""


def edge_of(settings: Settings) -> Edge:
    """Return the edge that ``settings`` ask for; the host of the public address is one of ours."""
    public = urlsplit(settings.public_url or "").hostname
    return Edge(
        host_names=frozenset(filter(None, (*listed(settings.hosts), public))),
        origins=parse_origins(listed(settings.allowed_origins)),
        trusted_proxies=parse_networks(listed(settings.trusted_proxies)),
        body_bytes=BODY_BYTES,
    )
