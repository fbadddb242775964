"""Skills, habits, reflexes and executions as people meet them: HTTP, and a worker that runs."""
