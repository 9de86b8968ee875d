"""``rottui predict``: how far off a run's network is, or the angles it reads in image files."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rottui import locations
from rottui.commands import prediction_tables as tables
from rottui.commands.json_rows import document
from rottui.commands.prediction_json import image_json, reading_json, summary_json
from rottui.commands.progress import new_progress
from rottui.commands.stores import check_exists, store_folder
from rottui.commands.tables import print_table
from rottui.commands.usage import DONE, FAILED, UsageError, complain, positive
from rottui.core.pytorch import explained_imports
from rottui.engine.predicting import KINDS, Found, config_of, predictor_of
from rottui.errors import DataError
from rottui.store.records import RunRow
from rottui.store.runs import RunStore
from rottui.tui.widgets.formats import format_degrees

if TYPE_CHECKING:
    from rottui.core.data import Dataset
    from rottui.core.data.image_file import ImageFile
    from rottui.core.predictions import Predictions, Readings

SPLITS = ("test", "train")
WORST = 5
"""Images that are listed unless another number is asked for."""


def predict(
    reference: str,
    files: Sequence[str],
    *,
    checkpoint: str | None,
    split: str | None,
    worst: str | None,
    as_json: bool,
    store: str | None,
) -> int:
    """Print the errors of a split, or the angle of each file.

    Raises:
        UsageError: a flag has no such value, or does not go with the others.
        CheckpointError: the run's checkpoint is missing, damaged, or refused.
        DataError: the run's images cannot be read.
    """
    if checkpoint is not None and checkpoint not in KINDS:
        raise UsageError(f"--checkpoint: must be {' or '.join(KINDS)}, not {checkpoint!r}")
    if split is not None and split not in SPLITS:
        raise UsageError(f"--split: must be {' or '.join(SPLITS)}, not {split!r}")
    count = WORST if worst is None else 0 if worst == "0" else positive("--worst", worst) or 0
    if files and (split is not None or worst is not None):
        flag = "--split" if split is not None else "--worst"
        raise UsageError(f"{flag}: is about the run's own images; leave it or the files out")
    folder = store_folder(store)
    check_exists(folder)
    with explained_imports():
        import torch  # noqa: F401
    with RunStore.open(folder, read_only=True) as rows:
        run = rows.run(reference)
        images = _Images(run, quiet=as_json)
        found = predictor_of(rows, run, checkpoint, images.train_angles)
    if found.refused:
        complain(f"{found.refused}; this is the {found.checkpoint.kind} checkpoint")
    if files:
        return _read_files(found, run, files, as_json)
    dataset = images.dataset()
    chosen = dataset.train if split == "train" else dataset.test
    predictions = found.predictor.predict(chosen, dataset.class_names)
    if as_json:
        listed = predictions.ordered(predictions.orders()[0])[:count].tolist()
        content = _about(run, found) | {"split": split or "test"} | summary_json(predictions)
        content["worst"] = [image_json(predictions, index) for index in listed]
        print(document(content))
    else:
        what = f"{split or 'test'} split: {len(predictions):,} images of {dataset.source}"
        print(f"{_heading(run, found)}; {what}")
        _print_summary(predictions, count)
    return DONE


class _Images:
    """The images of a run, read when they are needed."""

    def __init__(self, run: RunRow, *, quiet: bool) -> None:
        self._run = run
        self._quiet = quiet
        self._dataset: Dataset | None = None

    def dataset(self) -> Dataset:
        from rottui.core.data import load_dataset

        if self._dataset is None:
            data = config_of(self._run).data
            with nullcontext() if self._quiet else new_progress() as progress:
                told = None if progress is None else progress.part
                self._dataset = load_dataset(data, locations.cache_dir(), progress=told)
        return self._dataset

    def train_angles(self) -> Any:
        return self.dataset().train.angles


def _print_summary(predictions: Predictions, count: int) -> None:
    print("\n".join(tables.numbers_lines(predictions)))
    print()
    print_table(tables.histogram_columns(predictions))
    print()
    print_table(tables.angle_columns(predictions))
    if predictions.by_class():
        print()
        print_table(tables.class_columns(predictions))
    if count:
        print(f"\nworst of {len(predictions):,}:")
        print_table(tables.worst_columns(predictions, count))


def _read_files(found: Found, run: RunRow, files: Sequence[str], as_json: bool) -> int:
    """The angle of each file, in the order that they were named; what cannot be read is told."""
    import numpy as np

    from rottui.core.data.image_file import read_image

    opened: dict[int, ImageFile] = {}
    wrong: dict[int, str] = {}
    for place, file in enumerate(files):
        try:
            opened[place] = read_image(Path(file))
        except DataError as error:
            wrong[place] = str(error)
    pixels = [image.pixels for image in opened.values()]
    readings = found.predictor.read(np.stack(pixels)) if pixels else None
    if not as_json:
        print(_heading(run, found))
    answers: list[dict[str, Any]] = []
    for place, file in enumerate(files):
        if readings is None or place in wrong:
            answers.append({"file": file, "error": wrong[place]})
            complain(wrong[place])
            continue
        index = list(opened).index(place)
        notes = opened[place].notes
        answers.append({"file": file} | reading_json(readings, index) | {"notes": notes})
        if not as_json:
            print(f"{file}: {_answer(readings, index, notes)}")
    if as_json:
        print(document(_about(run, found) | {"images": answers}))
    return FAILED if wrong else DONE


def _answer(readings: Readings, index: int, notes: Sequence[str]) -> str:
    """``101.3°``, whether that is ambiguous, and what was done to the image."""
    said = [*notes]
    if readings.confidence is not None:
        said.insert(0, f"vector length {readings.confidence[index]:.2f}")
    angle = f"{format_degrees(float(readings.angles[index]))}°"
    ambiguous = " ambiguous" if readings.ambiguous[index] else ""
    return f"{angle}{ambiguous}" + (f" ({'; '.join(said)})" if said else "")


def _heading(run: RunRow, found: Found) -> str:
    kind, epoch = found.checkpoint.kind, found.checkpoint.epoch
    return f"run {run.id}: {run.name}; {kind} checkpoint, epoch {epoch}"


def _about(run: RunRow, found: Found) -> dict[str, Any]:
    used = found.checkpoint
    return {
        "run": {"id": run.id, "uid": run.uid, "name": run.name},
        "checkpoint": {"kind": used.kind, "epoch": used.epoch, "step": used.step}
        | ({"refused": found.refused} if found.refused else {}),
    }
