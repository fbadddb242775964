"""Every market's order book: recorded, kept, and given back at any instant."""
