"""`python -m condemu`: the same as the console script."""

import sys

from condemu.cli import main

if __name__ == "__main__":
    sys.exit(main())
