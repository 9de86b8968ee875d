"""From a config to its images: found, checked against what the run was queued with, cached."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from rottui.core.config import DataConfig
from rottui.core.data.cache import through_cache
from rottui.core.data.dataset import Dataset, Split
from rottui.core.data.source import Progress, Source
from rottui.errors import DataError


def load_dataset(
    config: DataConfig, cache_dir: Path, *, progress: Progress | None = None
) -> Dataset:
    """The images and angles that a config names, cut to its sizes.

    The first time they are decoded, or made, and kept under ``cache_dir``; afterwards they are
    mapped from there, read-only. ``progress`` is called with (what, images done, of how many).

    Raises:
        DataError: the images are missing or unreadable, or differ from those that the config's
            fingerprint was taken of.
    """
    source = _opened(config)
    digest = source.digest()
    fingerprint = _fingerprint(digest, config)
    if config.fingerprint and config.fingerprint != fingerprint:
        raise DataError(
            f"the images at {config.path or config.source} have changed since this run was queued; "
            "put the old ones back, or queue the run again"
        )
    contents = through_cache(source, digest, cache_dir, progress)
    notes = list(contents.notes)
    return Dataset(
        train=_first(contents.train, config.train_size, "train", notes),
        test=_first(contents.test, config.test_size, "test", notes),
        source=config.label,
        fingerprint=fingerprint,
        class_names=contents.class_names,
        notes=tuple(notes),
    )


def pin_data(config: DataConfig) -> DataConfig:
    """The config with an absolute path and the fingerprint of the images as they are now.

    A fingerprint that the config already has is replaced. Reads files but decodes none, so that a
    run can be refused before it is queued.

    Raises:
        DataError: the images are missing, cannot be read, or are not laid out as they should be.
    """
    path = config.path
    if config.source != "garments":
        path = os.path.abspath(_place(config))
    source = _opened(config)
    source.counts()
    fingerprint = _fingerprint(source.digest(), config)
    return config.model_copy(update={"path": path, "fingerprint": fingerprint})


def _fingerprint(digest: str, config: DataConfig) -> str:
    """32 hex digits: the digest of the source, and how many images of it are used."""
    text = f"{config.source} {digest} {config.train_size} {config.test_size}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _opened(config: DataConfig) -> Source:
    if config.source == "rotated":
        from rottui.core.data.seed_layout import SeedLayout

        return SeedLayout(_place(config))
    from rottui.core.data.rotation import Turns

    turns = Turns(config.angle_min, config.angle_max, config.seed)
    if config.source == "fashion-mnist":
        from rottui.core.data.fashion_mnist import FashionMnist

        return FashionMnist(_place(config), turns)
    from rottui.core.data.garments import DEFAULT_SIZES, Garments

    train, test = DEFAULT_SIZES
    return Garments(turns, (config.train_size or train, config.test_size or test))


def _place(config: DataConfig) -> Path:
    """The folder or file of a config; Fashion-MNIST without a path is looked for in downloads."""
    if config.path is None:
        from rottui.core.data.sources import source_from
        from rottui.locations import downloads_dir

        config = source_from(config.source, downloads_dir())
    path = Path(config.path or "").expanduser()
    if not path.exists():
        raise DataError(f"there are no images at {path}: no such file or folder")
    return path


def _first(split: Split, wanted: int | None, name: str, notes: list[str]) -> Split:
    if wanted is not None and wanted > len(split):
        notes.append(f"The {name} split has {len(split):,} images, not {wanted:,}; all are used.")
    return split.first(wanted)
