"""What is known of each market: its event, its times, its state."""
