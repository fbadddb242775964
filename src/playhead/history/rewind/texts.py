"""Prices and sizes as text. The same few are told again and again, so they are kept."""

from functools import lru_cache

from playhead.history.books import format_price, format_size

price_text = lru_cache(maxsize=16_384)(format_price)
size_text = lru_cache(maxsize=16_384)(format_size)
