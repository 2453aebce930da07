"""Amazon SimpleDB, API version 2009-04-15."""
