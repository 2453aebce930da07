"""The gallery: small pieces of code as people write them for work, each with one realistic bug, beside its corrected twin.

`ENTRIES` has them by name. What an entry is, `entry.py` says.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from gallery.entry import Entry

ENTRIES: dict[str, Entry] = {
    path.stem: import_module(f"gallery.{path.stem}").ENTRY
    for path in sorted(Path(__file__).parent.glob("*_*.py"))
    if path.stem != "__init__"
}
