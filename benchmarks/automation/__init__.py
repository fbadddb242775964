"""Measurements of webhooks and executions, over the processes that `playhead up` starts."""
