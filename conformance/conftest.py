"""`pytest conformance` runs the suite as `condemu conformance` does."""

pytest_plugins = ["conformance.plugin"]
