"""The answers of S3 that refuse: one row each."""
