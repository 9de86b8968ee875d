"""``rottui train`` and ``rottui sweep``: queue runs, train them here, say how it went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rottui import locations
from rottui.commands.config_flags import run_config
from rottui.commands.devices import check_device, missing_device
from rottui.commands.flags import RUN_FLAGS, Typed
from rottui.commands.halving import plan_of
from rottui.commands.here import Here
from rottui.commands.logs import log_to
from rottui.commands.progress import Progress, new_progress
from rottui.commands.queue_notes import note_what_holds_back
from rottui.commands.queue_place import QueuePlace
from rottui.commands.stores import check_exists, store_folder
from rottui.commands.sweep_flags import TypedSweep, sweep_config
from rottui.commands.usage import DONE, UsageError, positive
from rottui.core.config import DataConfig
from rottui.core.halving import Halving, Plan
from rottui.core.pytorch import explained_imports
from rottui.core.sweeps import SweepConfig
from rottui.engine.threads import available_cores
from rottui.errors import DataError, StoreError, TrainingError
from rottui.store.records import NewRun
from rottui.store.runs import RunStore
from rottui.store.states import ENDED, State
from rottui.tui.widgets.formats import format_count


@dataclass(frozen=True, slots=True)
class Made:
    """A sweep as the store keeps it beside its runs."""

    name: str
    config: SweepConfig
    plan: Plan | None
    """How it is halved, if it is."""

    @property
    def spec(self) -> dict[str, Any]:
        """How it was made, as plain JSON."""
        halving = {} if self.plan is None else {"halving": self.plan.to_dict()}
        return self.config.spec() | halving


def train(
    typed: Typed, name: str | None, place: QueuePlace, threads: str | None, store: str | None
) -> int:
    """Add one run to the store and train it here."""
    count = positive("--threads", threads)
    _check_name(name)
    config = run_config(typed)
    config = config.model_copy(update={"data": _pinned(config.data)})
    if not place.queue:  # what is only queued may be trained on another machine
        check_device(config.device, typed)
    new = NewRun(name or config.default_name, config.to_dict(), config.epochs)
    here = Here(store_folder(store), workers=1, threads=count)
    return _add(here, [new], [config.data], None, place)


def sweep(
    typed: Typed,
    varied: TypedSweep,
    halving: Halving | None,
    name: str | None,
    place: QueuePlace,
    workers: str | None,
    threads: str | None,
    store: str | None,
) -> int:
    """Add the runs of a sweep to the store, train them here, and compare them.

    With a ``halving`` only the best are trained to their last epoch.
    """
    worker_count, thread_count = positive("--workers", workers), positive("--threads", threads)
    _check_name(name)
    config = sweep_config(typed, varied)
    runs = config.runs()
    plan = None if halving is None else plan_of(halving, [run for _, run in runs])
    until = None if plan is None else plan.rungs[0]
    pinned = {data: _pinned(data) for data in dict.fromkeys(run.data for _, run in runs)}
    for device in () if place.queue else dict.fromkeys(run.device for _, run in runs):
        check_device(device, typed)
    configs = [run.model_copy(update={"data": pinned[run.data]}) for _, run in runs]
    new = [
        NewRun(title, run.to_dict(), run.epochs, until)
        for (title, _), run in zip(runs, configs, strict=True)
    ]
    here = Here(
        store_folder(store),
        workers=min(worker_count or available_cores(), len(new)),
        threads=thread_count,
    )
    made = Made(name or config.label, config, plan)
    return _add(here, new, list(pinned.values()), made, place)


def resume(
    typed: Typed,
    reference: str,
    name: str | None,
    place: QueuePlace,
    threads: str | None,
    store: str | None,
) -> int:
    """Go on with a run that was paused, or that waits in the queue."""
    count = positive("--threads", threads)
    _check_alone(typed, name)
    here = Here(store_folder(store), workers=1, threads=count)
    check_exists(here.folder)
    with RunStore.open(here.folder) as rows:
        run = rows.run(reference)
        if run.state in ENDED:
            instead = "extend it, or fork it" if run.state is State.DONE else "retry it"
            raise StoreError(
                f"run {run.id} is {run.state}; only an unfinished run goes on: {instead}"
            )
        trouble = None if place.queue else missing_device(run.config.get("device"))
        if trouble is not None:
            raise TrainingError(f"run {run.id} cannot go on: {trouble}")
        if run.state in (State.PAUSED, State.DRAFT):
            rows.resume([run.id])
            if run.at_rung and run.wish is not None:
                rows.resume([run.id])  # it was held back: that was taken back, now it goes on
        if place.queue:
            print(run.id)
            note_what_holds_back(rows, [run.id])
            return DONE
        log_to(here.folder)
        with new_progress() as progress:
            _load_torch()
            progress.say(f"run {run.id}: {run.name}; {run.epochs_done} of {run.epochs} epochs done")
            outcome = here.train(rows, [run.id], progress)
    return here.report_run(outcome)


def _add(
    here: Here,
    new: Sequence[NewRun],
    data: Sequence[DataConfig],
    sweep: Made | None,
    place: QueuePlace,
) -> int:
    name, spec = (sweep.name, sweep.spec) if sweep is not None else (None, None)
    with RunStore.open(here.folder) as rows:
        options = place.options(rows)
        if place.queue:
            queued = rows.add_runs(new, sweep=name, spec=spec, **options)
            print("\n".join(str(run.id) for run in queued))
            note_what_holds_back(rows, [run.id for run in queued])
            return DONE
        log_to(here.folder)
        with new_progress(many=sweep is not None) as progress:
            _load_torch()
            images = _read_images(data, progress)
            added = rows.add_runs(new, sweep=name, spec=spec, **options)
            what = f"run {added[0].id}: {added[0].name}"
            if sweep is not None:
                what = f"{len(added)} runs: {name}"
            progress.say(f"{what}; {images}")
            if sweep is not None and sweep.plan is not None:
                progress.say(f"halving: {sweep.plan.label}")
            outcome = here.train(rows, [run.id for run in added], progress)
    return here.report_run(outcome) if sweep is None else here.report_sweep(outcome, sweep.plan)


def _read_images(chosen: Sequence[DataConfig], progress: Progress) -> str:
    """Decode the images into the cache before anything is queued; a few words about them.

    Raises:
        DataError: they cannot be read.
    """
    from rottui.core.data import load_dataset

    said: dict[str, None] = {}
    for data in chosen:
        dataset = load_dataset(data, locations.cache_dir(), progress=progress.part)
        for note in dataset.notes:
            progress.say(note)
        said[f"{len(dataset.train):,} + {len(dataset.test):,} images of {_source(data)}"] = None
    first, *others = said
    return first if not others else f"{first}, and {format_count(len(others), 'other selection')}"


def _source(data: DataConfig) -> str:
    """What the images are called, without the sizes that the dataset itself tells."""
    return data.model_copy(update={"train_size": None, "test_size": None}).label


def _load_torch() -> None:
    """Import PyTorch before anything is queued.

    Raises:
        TrainingError: it is missing or broken, and how to mend it.
    """
    with explained_imports():
        import torch  # noqa: F401


def _pinned(data: DataConfig) -> DataConfig:
    """The data as it is now.

    Raises:
        DataError: it is not there, or not what a config file's fingerprint was taken of.
    """
    from rottui.core.data import pin_data

    pinned = pin_data(data)
    if data.fingerprint not in (None, pinned.fingerprint):
        raise DataError(
            f"the images at {pinned.path or pinned.source} are not those of the config file's "
            "fingerprint; take data.fingerprint out of the file to use them all the same"
        )
    return pinned


def _check_name(name: str | None) -> None:
    if name is not None and not (name.strip() and name.isprintable()):
        raise UsageError("--name: must be some printable text on one line")


def _check_alone(typed: Typed, name: str | None) -> None:
    flags = [flag.name for flag in RUN_FLAGS if flag.field in typed.values]
    flags += [f"--{word}" for word in ("preset", "config", "data") if getattr(typed, word)]
    flags += ["--name"] if name is not None else []
    if flags:
        raise UsageError(f"--resume: a run keeps its config and its name; leave out {flags[0]}")
