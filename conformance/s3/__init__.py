"""Cases: Amazon S3."""
