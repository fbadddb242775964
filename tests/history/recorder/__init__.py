"""From the exchange's socket to a capture."""
