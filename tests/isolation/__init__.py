"""What keeps tenants apart, held against a real PostgreSQL."""
