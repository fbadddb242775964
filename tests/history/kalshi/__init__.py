"""The exchange's protocol, client side."""
