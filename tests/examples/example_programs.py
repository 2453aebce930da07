"""The programs of `examples/`, as modules; and a client that sends twice, as an SDK does whose first reply was lost."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

EXAMPLES = Path(__file__).parents[2] / "examples"
KEY, SECRET = "AKIAEXAMPLES00000000", "a/secret+of=examples"


def load(name: str) -> ModuleType:
    specification = importlib.util.spec_from_file_location(f"example_{name}", EXAMPLES / f"{name}.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules[module.__name__] = module  # dataclasses look their module up
    specification.loader.exec_module(module)
    return module


class Twice:
    """A client whose first call of one operation is carried out, answered into the void, and sent again."""

    def __init__(self, client: Any, operation: str) -> None:
        self._client = client
        self._operation = operation

    def __getattr__(self, name: str) -> Any:
        if name == self._operation:
            self._operation = ""
            return self._sent_twice(name)
        return getattr(self._client, name)

    def _sent_twice(self, name: str) -> Any:
        def call(**arguments: Any) -> Any:
            getattr(self._client, name)(**arguments)
            return getattr(self._client, name)(**arguments)

        return call
