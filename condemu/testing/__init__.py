"""For the users of condemu: the pytest fixtures and the in-process transport."""
