"""What both halves stand on: organisations, people, sign-in, API keys, audit log."""
