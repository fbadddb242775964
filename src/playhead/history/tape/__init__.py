"""Segments of events: encoded, kept, read; and the manifest that finds them."""
