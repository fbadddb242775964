"""What every HTTP answer shares: problems, request ids, cursors, streaming.

Modules are imported one by one (``playhead.web.problems``), so that a feature takes what it uses.
"""
