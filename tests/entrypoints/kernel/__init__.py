"""Tests of the kernel as it is put together."""
