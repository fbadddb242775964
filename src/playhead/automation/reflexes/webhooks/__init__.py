"""Signed webhooks: how they are signed, what they may hold, how they come in."""
