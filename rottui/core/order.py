"""The order of the batches, derived from (seed, epoch): nothing to save, nothing to lose."""

from __future__ import annotations

import hashlib

import torch
from torch import Tensor


def derived_seed(seed: int, *names: str | int) -> int:
    """A seed below 2**63 for one named purpose, independent of every other purpose's."""
    text = "/".join(map(str, (seed, *names)))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def epoch_order(seed: int, epoch: int, n: int) -> Tensor:
    """A permutation of ``0..n-1``, int64 ``(n,)``, the same for the same seed and epoch."""
    generator = torch.Generator().manual_seed(derived_seed(seed, "order", epoch))
    return torch.randperm(n, generator=generator)
