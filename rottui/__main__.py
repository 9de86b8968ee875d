"""``python -m rottui`` is ``rottui``."""

import sys

from rottui.cli import main

if __name__ == "__main__":
    sys.exit(main())
