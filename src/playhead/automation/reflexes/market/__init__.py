"""Reflexes on markets: conditions on the book, trades and life of markets, live and rehearsed."""
