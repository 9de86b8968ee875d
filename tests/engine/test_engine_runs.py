"""Runs that nothing disturbs: their curves, who trains them, when the engine is idle."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest
from engine_runs import CNN, MLP, NETWORKS, MakeEngine, add, alone, kinds, stored, until

from rottui import __version__
from rottui.core.config import DataConfig
from rottui.core.data import load_dataset, pin_data
from rottui.core.data.dataset import Dataset
from rottui.core.training import Training
from rottui.store.runs import RunStore
from rottui.store.states import State


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("shuffle", [False, True], ids=["in order", "shuffled"])
def test_a_run_has_the_curve_of_its_training_alone(
    network: str, shuffle: bool, store: RunStore, make_engine: MakeEngine, tiny_dataset: Dataset
) -> None:
    config = NETWORKS[network].replaced({"shuffle": shuffle})
    (run,) = add(store, config)
    engine = make_engine()
    engine.start()
    assert engine.wait_idle(60)
    run = store.run(run.id)
    assert (run.state, run.epochs_done, run.attempt, run.threads) == (State.DONE, 3, 1, 1)
    assert run.ended_at is not None
    assert stored(store, run) == alone(config, tiny_dataset)
    assert all(row.seconds > 0 and row.finite for row in store.epochs(run.id))
    assert run.versions is not None
    assert (run.versions["rottui"], run.versions["torch"]) == (__version__, version("torch"))
    assert kinds(store, run) == ["queued", "claimed", "done"]


def test_the_best_and_the_last_weights_of_a_done_run_are_kept(
    store: RunStore, make_engine: MakeEngine, tiny_dataset: Dataset
) -> None:
    config = MLP.replaced({"lr": 0.05, "epochs": 12})  # jumps about: the last is not the best
    (run,) = add(store, config)
    engine = make_engine()
    engine.start()
    assert engine.wait_idle(60)
    run = store.run(run.id)
    assert run.best is not None
    assert run.best.epoch < 12
    restored = {
        checkpoint.kind: Training.restore(
            config, tiny_dataset, store.read_checkpoint(checkpoint)
        ).epoch
        for checkpoint in store.checkpoints(run.id)
    }
    assert restored == {"last": 12, "best": run.best.epoch}


def test_a_folder_of_images_is_trained_through_the_cache(
    store: RunStore, make_engine: MakeEngine, image_folder: Path, tmp_path: Path
) -> None:
    data = pin_data(DataConfig(source="rotated", path=str(image_folder)))
    config = MLP.model_copy(update={"data": data})
    (run,) = add(store, config)
    engine = make_engine(load=None)
    engine.start()
    assert engine.wait_idle(60)
    assert store.run(run.id).state is State.DONE, store.run(run.id).error
    assert stored(store, run) == alone(config, load_dataset(data, tmp_path / "other cache"))


def meeting(dataset: Dataset, parties: int) -> Callable[[DataConfig], Dataset]:
    """Loads for the first ``parties`` runs only when all of them are being loaded at once."""
    all_there = threading.Barrier(parties)
    first = iter(range(parties))

    def load(data: DataConfig) -> Dataset:
        if next(first, None) is not None:
            all_there.wait(60)
        return dataset

    return load


def seeds(count: int) -> list[int]:
    return list(range(1, count + 1))


def test_two_workers_train_three_runs_two_at_a_time(
    store: RunStore, make_engine: MakeEngine, tiny_dataset: Dataset
) -> None:
    configs = [MLP.replaced({"seed": seed, "data.seed": seed}) for seed in seeds(3)]
    runs = add(store, *configs)
    engine = make_engine(workers=2, load=meeting(tiny_dataset, 2))
    engine.start()
    assert engine.wait_idle(60)
    for run, config in zip(runs, configs, strict=True):
        assert store.run(run.id).state is State.DONE
        assert stored(store, run) == alone(config, tiny_dataset)
    assert {store.run(run.id).attempt for run in runs} == {1}


def test_two_engines_share_a_queue_and_no_run_is_trained_twice(
    store: RunStore, make_engine: MakeEngine, tiny_dataset: Dataset
) -> None:
    configs = [MLP.replaced({"seed": seed, "data.seed": seed}) for seed in seeds(8)]
    runs = add(store, *configs)
    load = meeting(tiny_dataset, 2)  # each engine has one worker: both take part
    engines = [make_engine(load=load), make_engine(load=load)]
    for engine in engines:
        engine.start()
    for engine in engines:
        assert engine.wait_idle(60)
    until(lambda: not store.runs(states={State.RUNNING}))
    for run, config in zip(runs, configs, strict=True):
        assert kinds(store, run) == ["queued", "claimed", "done"]
        assert stored(store, run) == alone(config, tiny_dataset)


def test_runs_of_one_data_set_load_it_once(
    store: RunStore, make_engine: MakeEngine, tiny_dataset: Dataset
) -> None:
    loaded = []

    def load(data: DataConfig) -> Dataset:
        loaded.append(data)
        return tiny_dataset

    add(store, MLP, CNN, MLP.replaced({"seed": 2}))
    engine = make_engine(workers=2, load=load)
    engine.start()
    assert engine.wait_idle(60)
    assert loaded == [MLP.data]


def test_an_engine_told_which_runs_leaves_the_others_waiting(
    store: RunStore, make_engine: MakeEngine
) -> None:
    first, second, third = add(store, MLP, CNN, MLP)
    engine = make_engine(only=[second.id])
    assert not engine.idle
    engine.start()
    assert engine.wait_idle(60)
    states = [store.run(run.id).state for run in (first, second, third)]
    assert states == [State.QUEUED, State.DONE, State.QUEUED]
    assert store.run(first.id).attempt == 0


def test_a_run_queued_later_is_taken_too(
    store: RunStore, make_engine: MakeEngine, tiny_dataset: Dataset
) -> None:
    engine = make_engine()
    engine.start()
    assert engine.wait_idle(60)
    (run,) = add(store, MLP)
    assert engine.wait_idle(60)
    assert stored(store, run) == alone(MLP, tiny_dataset)


def test_a_run_keeps_the_threads_of_its_first_claim(
    store: RunStore, make_engine: MakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    (run,) = add(store, MLP)
    first = store.claim("somebody", threads=3)
    assert first is not None
    store.finish(first, State.QUEUED)
    asked = []
    monkeypatch.setattr("torch.set_num_threads", asked.append)
    engine = make_engine(threads=1)
    engine.start()
    assert engine.wait_idle(60)
    assert asked == [3]
    assert store.run(run.id).threads == 3


# --- starting, idling, stopping -------------------------------------------------------------------


def test_an_engine_is_known_by_its_workers_until_it_stops(
    store: RunStore, make_engine: MakeEngine
) -> None:
    engine = make_engine(workers=3)
    assert store.workers() == []
    engine.start()
    assert len({worker.id for worker in store.workers()}) == 3
    assert engine.stop()
    assert store.workers() == []
    assert engine.stop()


def test_waiting_for_idleness_ends_when_the_time_or_the_engine_does(
    store: RunStore, make_engine: MakeEngine
) -> None:
    add(store, MLP)
    never_started = make_engine()
    assert not never_started.wait_idle(0.05)
    found = []
    waiting = threading.Thread(target=lambda: found.append(never_started.wait_idle(600)))
    waiting.start()
    assert never_started.stop()
    waiting.join(30)
    assert found == [False]


def test_an_engine_that_is_not_started_loads_no_torch(tmp_path: Path) -> None:
    script = (
        "import sys\nfrom pathlib import Path\nfrom rottui.engine.engine import Engine\n"
        "engine = Engine(Path(sys.argv[1]), cache_dir=Path(sys.argv[1]))\n"
        "assert engine.idle and engine.stop()\n"
        "sys.exit('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path / "store")], check=False)
    assert done.returncode == 0
