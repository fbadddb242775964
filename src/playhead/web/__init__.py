"""What every HTTP answer shares: problems, request ids, cursors, streaming."""
