"""A request before it is looked at by its operation: its members, what they must be, and the way to its table."""
