"""``playhead demo``: a simulated exchange, recorded and shown live."""

from playhead.entrypoints.cli.demo.command import run_demo

__all__ = ["run_demo"]
