"""condemu: a local emulator of Amazon S3, DynamoDB and SimpleDB for code that depends on conditional writes."""

__version__ = "0.1.0"
