"""The answers of DynamoDB that refuse: one row each."""
