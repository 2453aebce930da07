"""Other homes for the same records and bodies: files."""
