"""A server that speaks the exchange's protocol, and the simulated exchange behind it."""
