"""The console script `condemu`."""
