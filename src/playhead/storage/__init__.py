"""PostgreSQL and Valkey: the only package that opens connections to them."""
