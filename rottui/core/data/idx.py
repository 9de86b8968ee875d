"""IDX files, the format of MNIST and Fashion-MNIST: big-endian sizes, then bytes; plain or gzipped.

Format: http://yann.lecun.com/exdb/mnist (two zero bytes, the type, the number of dimensions, one
32-bit size a dimension, the values).
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from io import BufferedIOBase
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rottui.errors import DataError

MAX_VALUES = 2**30
_UINT8 = 0x08


def read_idx(path: Path, dimensions: int) -> npt.NDArray[np.uint8]:
    """The array of unsigned bytes in a file, gzipped if its name ends in ``.gz``.

    Raises:
        DataError: missing, not IDX, another type or number of dimensions, or cut short.
    """
    try:
        with _opened(path) as file:
            shape = _shape(file, path, dimensions)
            count = math.prod(shape)
            data = file.read(count + 1)
    except (OSError, EOFError, zlib.error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "damaged"
        raise DataError(f"{path} cannot be read: {reason}") from None
    if len(data) != count:
        what = "is cut short" if len(data) < count else "is longer than its header says"
        raise DataError(f"{path} {what}; get the file again")
    return np.frombuffer(data, np.uint8).reshape(shape)


def read_count(path: Path) -> int:
    """The first size in the header: how many images or labels a file says it has.

    Raises:
        DataError: missing, or not IDX.
    """
    try:
        with _opened(path) as file:
            head = file.read(8)
    except (OSError, EOFError, zlib.error):
        raise DataError(f"{path} cannot be read") from None
    if len(head) < 8 or head[:3] != bytes((0, 0, _UINT8)):
        raise DataError(f"{path} is not an IDX file")
    return int.from_bytes(head[4:], "big")


def _opened(path: Path) -> BufferedIOBase:
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")


def _shape(file: BufferedIOBase, path: Path, dimensions: int) -> tuple[int, ...]:
    header = file.read(4 + 4 * dimensions)
    if len(header) < 4 + 4 * dimensions or header[:2] != b"\0\0":
        raise DataError(f"{path} is not an IDX file")
    if header[2] != _UINT8 or header[3] != dimensions:
        raise DataError(
            f"{path} holds other values than expected (type {header[2]:#04x} with {header[3]} "
            f"dimensions, not 0x08 with {dimensions})"
        )
    shape = struct.unpack(f">{dimensions}I", header[4:])
    if math.prod(shape) > MAX_VALUES:
        raise DataError(f"{path} says it has {math.prod(shape):,} values; at most {MAX_VALUES:,}")
    return shape
