"""Bytes to values and back: headers, XML, JSON, query parameters, aws-chunked bodies, forms, checksums. Knows no service."""
