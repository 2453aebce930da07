"""Buckets and their configurations."""
