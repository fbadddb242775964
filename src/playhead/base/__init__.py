"""Ids, time, exact numbers and errors. Standard library only; everything may import it."""
