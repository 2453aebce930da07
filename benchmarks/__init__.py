"""How fast, compared with whom: `python -m benchmarks` (see `__main__.py`)."""
