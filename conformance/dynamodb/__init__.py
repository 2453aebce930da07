"""Cases: Amazon DynamoDB."""
