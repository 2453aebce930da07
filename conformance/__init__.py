"""A suite of conditional writes: what S3, DynamoDB and SimpleDB answer, runnable against condemu, AWS or any other store."""
