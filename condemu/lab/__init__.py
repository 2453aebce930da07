"""The race lab: what is decided about the order of calls, their faults, their time, and their history."""
