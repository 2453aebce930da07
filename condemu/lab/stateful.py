"""`ConditionalStore`, the Hypothesis machine for users' own classes. It stands in `condemu.explorer.stateful`."""

from __future__ import annotations

from condemu.explorer.stateful import ConditionalStore, Wrong

__all__ = ["ConditionalStore", "Wrong"]
