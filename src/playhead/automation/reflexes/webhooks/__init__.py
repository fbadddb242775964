"""Signed webhooks: how they are signed, what they may hold, how they come in."""

from typing import Final

from playhead.automation.reflexes.webhooks.body import MOST_BYTES

WEBHOOKS_PATH: Final = "/webhooks/reflexes/"
"""Where they come in, without what all paths begin with."""

__all__ = ["MOST_BYTES", "WEBHOOKS_PATH"]
