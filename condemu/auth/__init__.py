"""Who asks, and may they? Signatures, credentials and IAM policies, as pure functions."""
