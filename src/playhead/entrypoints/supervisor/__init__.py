"""Starts, watches, restarts and stops everything that runs on one machine."""
