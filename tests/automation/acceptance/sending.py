"""Webhooks as anybody sends them who signs with the official package."""

import json
import secrets
import time
from collections.abc import Mapping
from datetime import UTC, datetime

import httpx2
from standardwebhooks import Webhook

from tests.automation.acceptance.place import Json, Place


def send(
    place: Place,
    reflex: Json,
    event: object,
    *,
    id: str | None = None,
    secret: str | None = None,
    age_seconds: int = 0,
    headers: Mapping[str, str] | None = None,
) -> httpx2.Response:
    """Send an event, or a text as it is, to the address that the reflex told."""
    text = event if isinstance(event, str) else json.dumps(event)
    id = id or f"msg_{secrets.token_hex(8)}"
    at = int(time.time()) - age_seconds
    signature = Webhook(secret or reflex["webhook_secret"]).sign(
        id, datetime.fromtimestamp(at, UTC), text
    )
    signed = {
        "Content-Type": "application/json",
        "webhook-id": id,
        "webhook-timestamp": str(at),
        "webhook-signature": signature,
        **(headers or {}),
    }
    path = httpx2.URL(reflex["webhook_url"]).path.removeprefix("/api/v1")
    return place.ask("POST", path, signed, content=text.encode())
