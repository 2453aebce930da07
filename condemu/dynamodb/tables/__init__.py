"""The operations on tables: the control plane."""
