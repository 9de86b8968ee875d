"""``rottui train`` and ``rottui sweep``: queue runs, train them here, say how it went."""

from __future__ import annotations

from collections.abc import Sequence

from rottui import locations
from rottui.commands.config_flags import run_config
from rottui.commands.devices import check_device, missing_device
from rottui.commands.flags import RUN_FLAGS, Typed
from rottui.commands.halving import plan_line, plan_of
from rottui.commands.here import Here
from rottui.commands.logs import log_to
from rottui.commands.progress import Progress, new_progress
from rottui.commands.stores import check_exists, store_folder
from rottui.commands.sweep_flags import sweep_config
from rottui.commands.usage import DONE, UsageError, positive
from rottui.core.config import DataConfig
from rottui.core.halving import Halving, Plan
from rottui.core.pytorch import explained_imports
from rottui.engine.threads import available_cores
from rottui.errors import DataError, StoreError, TrainingError
from rottui.store.records import NewRun
from rottui.store.runs import RunStore
from rottui.store.states import ENDED, State


def train(
    typed: Typed, name: str | None, queue: bool, threads: str | None, store: str | None
) -> int:
    """Add one run to the store and train it here."""
    count = positive("--threads", threads)
    _check_name(name)
    config = run_config(typed)
    config = config.model_copy(update={"data": _pinned(config.data)})
    if not queue:  # what is only queued may be trained on another machine
        check_device(config.device, typed)
    new = NewRun(name or config.default_name, config.to_dict(), config.epochs)
    here = Here(store_folder(store), workers=1, threads=count)
    return _add(here, [new], config.data, None, queue)


def sweep(
    typed: Typed,
    lrs: str | None,
    seeds: str | None,
    halving: Halving | None,
    name: str | None,
    queue: bool,
    workers: str | None,
    threads: str | None,
    store: str | None,
) -> int:
    """Add the runs of a sweep to the store, train them here, and compare them.

    With a ``halving`` only the best are trained to their last epoch.
    """
    worker_count, thread_count = positive("--workers", workers), positive("--threads", threads)
    _check_name(name)
    config = sweep_config(typed, lrs, seeds)
    runs = config.runs()
    plan = None if halving is None else plan_of(halving, [run for _, run in runs])
    data = _pinned(config.base.data)
    if not queue:
        check_device(config.base.device, typed)
    until = None if plan is None else plan.rungs[0]
    new = [
        NewRun(title, run.model_copy(update={"data": data}).to_dict(), run.epochs, until)
        for title, run in runs
    ]
    here = Here(
        store_folder(store),
        workers=min(worker_count or available_cores(), len(new)),
        threads=thread_count,
    )
    return _add(here, new, data, name or config.label, queue, plan)


def resume(
    typed: Typed,
    reference: str,
    name: str | None,
    queue: bool,
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
            raise StoreError(f"run {run.id} is {run.state}; only an unfinished run goes on")
        trouble = None if queue else missing_device(run.config.get("device"))
        if trouble is not None:
            raise TrainingError(f"run {run.id} cannot go on: {trouble}")
        if run.state in (State.PAUSED, State.DRAFT):
            rows.resume([run.id])
            if run.at_rung and run.wish is not None:
                rows.resume([run.id])  # it was held back: that was taken back, now it goes on
        if queue:
            print(run.id)
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
    data: DataConfig,
    sweep: str | None,
    queue: bool,
    plan: Plan | None = None,
) -> int:
    many = sweep is not None
    spec = None if plan is None else {"halving": plan.to_dict()}
    with RunStore.open(here.folder) as rows:
        if queue:
            for run in rows.add_runs(new, sweep=sweep, spec=spec):
                print(run.id)
            return DONE
        log_to(here.folder)
        with new_progress(many=many) as progress:
            _load_torch()
            images = _read_images(data, progress)
            added = rows.add_runs(new, sweep=sweep, spec=spec)
            what = f"{len(added)} runs: {sweep}" if many else f"run {added[0].id}: {added[0].name}"
            progress.say(f"{what}; {images}")
            if plan is not None:
                progress.say(plan_line(plan, len(added)))
            outcome = here.train(rows, [run.id for run in added], progress)
    return here.report_sweep(outcome, plan) if many else here.report_run(outcome)


def _read_images(data: DataConfig, progress: Progress) -> str:
    """Decode the images into the cache before anything is queued; a few words about them.

    Raises:
        DataError: they cannot be read.
    """
    from rottui.core.data import load_dataset

    dataset = load_dataset(data, locations.cache_dir(), progress=progress.part)
    for note in dataset.notes:
        progress.say(note)
    return f"{len(dataset.train):,} + {len(dataset.test):,} images of {_source(data)}"


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
