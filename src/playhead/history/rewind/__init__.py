"""The answers: a market's book at an instant, its changes over an interval."""
