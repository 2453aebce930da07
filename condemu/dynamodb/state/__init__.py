"""What DynamoDB keeps: tables, items, their indexes, streams and expiries, and how one change changes them all."""
