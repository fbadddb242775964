"""Playhead: every Kalshi order book, at any instant, with proof."""

__version__ = "0.1.0"
