"""Races: what many clients do at once, and what must hold whoever wins."""
