"""What a bucket keeps as documents: one table, one engine, and modules of their own for lifecycle rules and websites."""
