"""The `playhead` command."""
