"""Where an error of an angle begins to be of another kind, in degrees (no torch)."""

from __future__ import annotations

FLIP_DEG = 135.0
"""An error above this is a flip: the garment was taken for upside down."""
WRONG_DEG = 45.0
"""An error above this points to another quarter turn than the right one."""
