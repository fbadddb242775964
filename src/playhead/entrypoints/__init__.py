"""The only place where parts are wired together and settings are read."""
