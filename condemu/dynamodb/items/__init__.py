"""The operations on items: one, many, and all or nothing."""
