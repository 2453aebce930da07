"""Cases: Amazon SimpleDB."""
