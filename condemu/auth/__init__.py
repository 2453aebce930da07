"""Who asks, and may they: signatures, credentials and IAM policies, pure functions that know no service."""
