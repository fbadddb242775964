"""Reflexes on markets: judged, followed live, rehearsed."""
