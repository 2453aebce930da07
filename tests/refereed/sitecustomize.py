"""Puts the referee into each Python that a test starts: the interpreter imports this file when its folder is on PYTHONPATH."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
try:
    import referee
finally:
    sys.path.pop()

referee.start()
