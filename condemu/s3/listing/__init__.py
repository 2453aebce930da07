"""Lists of objects and versions."""
