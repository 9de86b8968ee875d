"""Built-in garments: drawn by code, so that rottui runs without a download.

Ten kinds, named as in Fashion-MNIST and shown as there: bright on black, 28 × 28, upright, shoes
with the toe on the left. Image i of a split depends on the seed, the split and i alone, however
many are made.
"""

from __future__ import annotations

from rottui.core.data.garments.wardrobe import DEFAULT_SIZES, Garments, upright_garments

__all__ = ["DEFAULT_SIZES", "Garments", "upright_garments"]
