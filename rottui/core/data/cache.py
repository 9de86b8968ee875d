"""Decoded splits on disk: NumPy arrays that are mapped, not read, the next time.

One folder a source, named by a digest of its bytes and settings: an ``.npy`` file for each array,
and a ``manifest.json``, written last, with the size and CRC-32 of every file. What does not agree
with its manifest is as good as absent. Files are written beside their final names, flushed and
renamed, so that two processes that build the same cache only do some work twice.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import os
import shutil
import tempfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import PIL

from rottui.core.data.dataset import Split
from rottui.core.data.source import SPLITS, Contents, Progress, Source
from rottui.errors import DataError

log = logging.getLogger(__name__)

KEPT = 16
"""Sources that stay cached: the ones used last."""

_FORMAT = 1
_MANIFEST = "manifest.json"


def through_cache(
    source: Source, digest: str, cache_dir: Path, progress: Progress | None = None
) -> Contents:
    """What ``source.read`` gives, from the cache if it is there; arrays are read-only then.

    A cache that is damaged is built anew; one that cannot be written is done without.

    Raises:
        DataError: the source cannot be read.
    """
    folder = cache_dir / "splits" / _key(digest)
    cached = _load(folder)
    if cached is not None:
        return cached
    contents = source.read(progress)
    if source.digest() != digest:
        raise DataError("the images changed while they were read; start the run again")
    try:
        _save(folder, contents)
        _drop_old(folder.parent)
    except OSError as error:
        log.info("going on without a cache in %s: %s", cache_dir, error)
        return contents
    return _load(folder) or contents


def _key(digest: str) -> str:
    """Other libraries may draw or resample other pixels, so that their versions belong to it."""
    text = f"{_FORMAT} {digest} numpy {np.__version__} pillow {PIL.__version__}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _load(folder: Path) -> Contents | None:
    manifest = folder / _MANIFEST
    try:
        described: dict[str, Any] = json.loads(manifest.read_bytes())
        arrays = {
            name: _mapped(folder / f"{name}.npy", size, checksum)
            for name, (size, checksum) in described["files"].items()
        }
        train, test = (
            Split(arrays[f"{s}-images"], arrays[f"{s}-angles"], arrays.get(f"{s}-labels"))
            for s in SPLITS
        )
        contents = Contents(train, test, tuple(described["class_names"]), tuple(described["notes"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, DataError) as error:
        log.info("building the cache in %s anew: %s", folder, error)
        return None
    try:
        os.utime(manifest)  # used now: among the last to be dropped
    except OSError:
        log.debug("cannot touch %s", manifest)
    return contents


def _mapped(path: Path, size: int, checksum: int) -> npt.NDArray[Any]:
    """The array of a file, read-only and mapped into memory.

    Raises:
        ValueError: size or CRC-32 are not those of the manifest.
    """
    whole = np.memmap(path, np.uint8, "r")
    if whole.size != size or zlib.crc32(whole.data) != checksum:
        raise ValueError(f"{path.name} is damaged")
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))


def _save(folder: Path, contents: Contents) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for name, split in zip(SPLITS, (contents.train, contents.test), strict=True):
        arrays: dict[str, npt.NDArray[Any] | None] = {
            "images": split.images,
            "angles": split.angles,
            "labels": split.labels,
        }
        for field, array in arrays.items():
            if array is not None:
                stem = f"{name}-{field}"
                files[stem] = _write_array(folder / f"{stem}.npy", array)
    described = {
        "files": files,
        "class_names": contents.class_names,
        "notes": contents.notes,
    }
    _write(folder / _MANIFEST, json.dumps(described).encode())


def _write_array(path: Path, array: npt.NDArray[Any]) -> tuple[int, int]:
    """Write an ``.npy`` file; its size in bytes and its CRC-32."""
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    data = buffer.getbuffer()
    _write(path, data)
    return len(data), zlib.crc32(data)


def _write(path: Path, data: bytes | memoryview) -> None:
    """Write to a name of its own in the same folder, flush to disk, rename."""
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _drop_old(folder: Path) -> None:
    """Remove the caches that were not used for longest, and what killed processes left behind."""
    by_use = sorted(folder.iterdir(), key=_last_use, reverse=True)
    for old in by_use[KEPT:]:
        shutil.rmtree(old, ignore_errors=True)


def _last_use(folder: Path) -> float:
    try:
        return (folder / _MANIFEST).stat().st_mtime
    except OSError:
        return folder.stat().st_mtime
