"""Copies of tables: point-in-time recovery, exports, and what a table without any of them answers."""
