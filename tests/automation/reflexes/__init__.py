"""Reflexes."""
