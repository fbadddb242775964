"""PostgreSQL: the only package that opens connections to it, and the migrations."""
