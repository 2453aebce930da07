"""`pytest conformance` runs the suite as `condemu conformance` does."""

pytest_plugins = [f"{__package__}.plugin"]
