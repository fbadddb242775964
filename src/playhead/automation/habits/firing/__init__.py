"""Habits at work: planned ahead, fired when they are due, counted when their runs end."""
