"""PyTorch's own matrix product, callable from compiled code.

PyTorch ships a tuned BLAS (MKL, OpenBLAS or Accelerate, by platform) and exports its ``sgemm_`` and
``dgemm_``, whose interface is the same everywhere since 1990 (Dongarra et al., "A set of level 3
basic linear algebra subprograms"). Called from Numba, a whole training step runs without the
interpreter, and runs of several threads do not wait for its lock. The product is tried once against
NumPy's before anything relies on it; where there is none to be found, training takes the plain way.
"""

from __future__ import annotations

import ctypes
import logging
import sys
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite.binding
import numpy as np
import torch
from numba import types
from numba.extending import overload

from rottui.core.fast.compiling import compiled

log = logging.getLogger(__name__)

_ARGUMENTS = (types.uintp,) * 13
_SINGLE = types.ExternalFunction("rottui_sgemm", types.void(*_ARGUMENTS))
_DOUBLE = types.ExternalFunction("rottui_dgemm", types.void(*_ARGUMENTS))
_PLAIN, _TURNED = ord("N"), ord("T")


@cache
def available() -> bool:
    """Whether PyTorch's matrix product was found, and gives what NumPy's gives."""
    if not _FOUND:
        log.info("PyTorch exports no BLAS here")
        return False
    return all(_is_right(dtype) for dtype in (np.float32, np.float64))


def _address(name: str) -> int | None:
    for library in _libraries():
        try:
            function = getattr(ctypes.CDLL(str(library)), name)
        except (OSError, AttributeError):
            continue
        return ctypes.cast(function, ctypes.c_void_p).value
    return None


def _libraries() -> list[Path]:
    folder = Path(torch.__file__).parent
    places = [folder / "lib" / f"libtorch_cpu.{'dylib' if sys.platform == 'darwin' else 'so'}"]
    places += sorted(folder.parent.glob("torch.libs/libopenblas*.so*"))
    if sys.platform == "darwin":
        places.append(Path("/System/Library/Frameworks/Accelerate.framework/Accelerate"))
    return places


def _register() -> bool:
    """Make the routines known to compiled code, which names them; whether they were found."""
    for name in ("sgemm_", "dgemm_"):
        address = _address(name)
        if address is None:
            return False
        llvmlite.binding.add_symbol(f"rottui_{name.removesuffix('_')}", address)
    return True


_FOUND = _register()


def _is_right(dtype: type[Any]) -> bool:
    rng = np.random.default_rng(0)
    for turn_a in (False, True):
        for turn_b in (False, True):
            a = rng.standard_normal((7, 5) if turn_a else (5, 7)).astype(dtype)
            b = rng.standard_normal((3, 7) if turn_b else (7, 3)).astype(dtype)
            c = rng.standard_normal((5, 3)).astype(dtype)
            wanted = c + (a.T if turn_a else a) @ (b.T if turn_b else b)
            shape = (5, 3, 7)
            _matrix_product(shape, a, turn_a, a.shape[1], b, turn_b, b.shape[1], c, 3)
            if not np.allclose(c, wanted, rtol=1e-4, atol=1e-4):
                log.warning("PyTorch's BLAS gives other products than NumPy; not used")
                return False
    return True


@compiled
def _matrix_product(
    shape: Any, a: Any, turn_a: bool, lda: int, b: Any, turn_b: bool, ldb: int, c: Any, ldc: int
) -> None:
    multiply(shape, a, 0, lda, turn_a, b, 0, ldb, turn_b, c, 0, ldc, True)


def _call(letters: Any, numbers: Any, factors: Any, a: Any, b: Any, c: Any) -> None:
    """Call the routine of ``factors``' precision."""
    raise NotImplementedError("compiled code only")


@overload(_call, strict=False)
def _call_compiled(letters: Any, numbers: Any, factors: Any, a: Any, b: Any, c: Any) -> Any:
    routine = _SINGLE if factors.dtype == types.float32 else _DOUBLE

    def call(letters: Any, numbers: Any, factors: Any, a: Any, b: Any, c: Any) -> None:
        letter = letters.ctypes.data
        number = numbers.ctypes.data
        factor = factors.ctypes.data
        routine(
            letter,
            letter + 1,
            number,
            number + 8,
            number + 16,
            factor,
            a,
            number + 24,
            b,
            number + 32,
            factor + factors.itemsize,
            c,
            number + 40,
        )

    return call


@compiled
def multiply(
    shape: tuple[int, int, int],
    a: Any,
    a_start: int,
    a_width: int,
    turn_a: bool,
    b: Any,
    b_start: int,
    b_width: int,
    turn_b: bool,
    c: Any,
    c_start: int,
    c_width: int,
    add: bool,
) -> None:
    """``C (m, n) = A (m, k) · B (k, n)``, or ``C +=`` if ``add``; in compiled code only.

    ``shape`` is (m, n, k). Each matrix lies in a contiguous array from element ``start`` on, row
    by row, ``width`` elements from one row to the next; a turned one lies there transposed.
    """
    # The routine counts by columns: there each matrix is its transpose, and C' = B' · A'.
    letters = np.empty(2, np.uint8)
    letters[0] = _TURNED if turn_b else _PLAIN
    letters[1] = _TURNED if turn_a else _PLAIN
    numbers = np.empty(6, np.int64)  # the low halves serve builds with integers of 32 bits
    numbers[0] = shape[1]
    numbers[1] = shape[0]
    numbers[2] = shape[2]
    numbers[3] = b_width
    numbers[4] = a_width
    numbers[5] = c_width
    factors = np.empty(2, c.dtype)
    factors[0] = 1
    factors[1] = 1 if add else 0
    _call(
        letters,
        numbers,
        factors,
        b.ctypes.data + b_start * b.itemsize,
        a.ctypes.data + a_start * a.itemsize,
        c.ctypes.data + c_start * c.itemsize,
    )
