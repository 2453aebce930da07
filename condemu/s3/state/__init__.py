"""What S3 keeps, and what a write does to it."""
