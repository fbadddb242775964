"""Reflexes: a skill runs when something happens."""
