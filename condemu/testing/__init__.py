"""For the users of condemu: `mock_aws`, the pytest fixtures and a server in a thread. Imports nothing until it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from condemu.testing.local import Condemu, mock_aws
    from condemu.testing.server import Server

__all__ = ["Condemu", "Server", "mock_aws"]

_HOME = {"Condemu": "condemu.testing.local", "mock_aws": "condemu.testing.local", "Server": "condemu.testing.server"}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(name)
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)
