"""How fast this machine multiplies matrices: the roof under which every training stays."""

from __future__ import annotations

import time
from dataclasses import dataclass

import torch

SIZES = (256, 512, 768, 1024, 1536, 2048)
"""Of the square matrices that are tried."""
BURST_SECONDS = 0.08
"""How long one size is multiplied, at least."""


@dataclass(frozen=True, slots=True)
class Peak:
    """The best of several matrix products."""

    flops: float
    """Floating-point operations a second."""
    size: int
    """Rows and columns of the matrices."""


def measure_peak(device: str = "cpu", dtype: torch.dtype = torch.float32) -> Peak:
    """The rate of ``size × size`` products in this thread's thread count, best of ``SIZES``."""
    peaks = [Peak(_rate(size, device, dtype), size) for size in SIZES]
    return better(*peaks)


def better(*peaks: Peak) -> Peak:
    """The highest of them: what else runs on the machine only ever makes it slower."""
    return max(peaks, key=lambda peak: peak.flops)


def _rate(size: int, device: str, dtype: torch.dtype) -> float:
    return 2 * size**3 / product_seconds(size, size, size, device, dtype)


def product_seconds(
    rows: int, inner: int, columns: int, device: str = "cpu", dtype: torch.dtype = torch.float32
) -> float:
    """Of the quickest product ``(rows × inner) · (inner × columns)``.

    Products are timed one by one for ``BURST_SECONDS``, as noise only adds time.
    """
    generator = torch.Generator().manual_seed(0)
    left = torch.randn(rows, inner, generator=generator).to(device, dtype)
    right = torch.randn(inner, columns, generator=generator).to(device, dtype)
    product = torch.empty(rows, columns, device=device, dtype=dtype)
    torch.mm(left, right, out=product)
    synchronise(device)
    best = float("inf")
    end = time.perf_counter() + BURST_SECONDS
    while True:
        started = time.perf_counter()
        torch.mm(left, right, out=product)
        synchronise(device)
        now = time.perf_counter()
        best = min(best, now - started)
        if now >= end:
            return best


def synchronise(device: str) -> None:
    """Wait until the device has done all that it was given."""
    if device == "cuda":
        torch.cuda.synchronize()
    elif device == "mps":
        torch.mps.synchronize()
