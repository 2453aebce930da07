"""What is known of each target: data, never a mark in a case."""
