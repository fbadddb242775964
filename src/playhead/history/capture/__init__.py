"""Frames exactly as received, durable before anything else looks at them."""
