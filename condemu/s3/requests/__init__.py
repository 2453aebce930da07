"""What a request to S3 says: its address, its members, its documents, and the row of its operation."""
