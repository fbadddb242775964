"""An exchange that does not exist: seeded markets, crowds and a matching engine. Pure."""
