"""Scripts that run in the peers' environments; they may use the standard library and one peer."""
