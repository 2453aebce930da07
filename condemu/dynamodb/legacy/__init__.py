"""What was there before expressions: Expected, the filters, AttributeUpdates."""
