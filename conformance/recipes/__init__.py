"""Cases: What people build on conditional writes."""
