"""``rottui data``: which images are on this machine, and getting those that are not."""

from __future__ import annotations

from rottui import locations
from rottui.commands.progress import Progress, new_progress
from rottui.commands.tables import Column, print_table
from rottui.commands.usage import DONE, UsageError
from rottui.core.data import (
    Available,
    available,
    default_data,
    get_fashion_mnist,
    get_rotated,
)
from rottui.errors import DataError

DOWNLOADABLE = ("rotated", "fashion-mnist")


def ls() -> int:
    """Print every source, where it is or would be, and how many images it has."""
    downloads = locations.downloads_dir()
    sources = available(downloads)
    print_table(
        [
            Column("source", tuple(source.name for source in sources), right=False),
            Column("images", tuple(map(_images, sources)), right=False),
            Column("what", tuple(source.what for source in sources), right=False, rank=1),
        ]
    )
    for source in sources:
        if source.where is not None:
            print(f"{source.name}: {_place(source)}")
    print(f"without --data, runs take {default_data(downloads).source}")
    return DONE


def get(name: str, *, url: str | None) -> int:
    """Download a source's images; a download that was cut off goes on.

    Raises:
        UsageError: there is nothing to download by that name.
        DataError: the download failed.
    """
    if name not in DOWNLOADABLE:
        raise UsageError(f"data get: must be {' or '.join(DOWNLOADABLE)}, not {name!r}")
    if url is not None and name != "rotated":
        raise UsageError(f"--url: {name} comes from its own home; leave it out")
    if url is None and (here := _source(name)).present and here.problem is None:
        print(f"{name} is already there: {here.where}")
        return DONE
    with new_progress() as progress:
        _download(name, url, progress)
    source = _source(name)
    if source.problem is not None:
        raise DataError(source.problem)
    print(f"{name}: {_images(source)} images in {source.where}")
    return DONE


def _download(name: str, url: str | None, progress: Progress) -> None:
    downloads = locations.downloads_dir()

    def tell(have: int, total: int | None) -> None:
        progress.part(f"downloading {name}", have, total or 0)

    if name == "fashion-mnist":
        get_fashion_mnist(downloads, progress=tell)
    elif url is None:
        get_rotated(downloads, progress=tell)
    else:
        get_rotated(downloads, url, progress=tell)


def _source(name: str) -> Available:
    return next(found for found in available(locations.downloads_dir()) if found.name == name)


def _images(source: Available) -> str:
    if source.problem is not None:
        return "unusable"
    if not source.present:
        return "not here"
    return f"{source.train:,} + {source.test:,}" if source.train and source.test else "here"


def _place(source: Available) -> str:
    if source.problem is not None:
        return source.problem
    if source.present:
        return str(source.where)
    return f"rottui data get {source.name} puts it at {source.where}"
