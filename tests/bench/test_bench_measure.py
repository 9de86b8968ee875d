"""Contenders take turns, every sample counts, and a sweep is a real one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch

from rottui.bench import measure as bench
from rottui.bench.engine_alone import add_runs, ended_at, temporary_store
from rottui.bench.measure import Timing, measure
from rottui.bench.peaks import measure_peak
from rottui.bench.workload import Workload
from rottui.errors import TrainingError
from rottui.store.runs import RunStore


def silent(what: str, done: int, total: int) -> None:
    return None


def test_contenders_take_turns_epoch_by_epoch_after_one_that_does_not_count(
    workload: Workload,
) -> None:
    order: list[str] = []

    def contender(name: str, seconds: float) -> bench.Contender:
        def epochs(asked: Workload) -> Iterator[float]:
            for number in range(asked.epochs):
                order.append(f"{name}{number + 1}")
                yield seconds

        return epochs

    def sweep(asked: Workload) -> float:
        order.append(f"sweep of {asked.epochs}")
        return 3.0

    contenders = {"a": contender("a", 1.0), "b": contender("b", 2.0)}
    found = measure(workload, contenders, {"a": sweep}, silent)
    repeat = ["a1", "b1", "a2", "b2", "sweep of 2"]
    assert order == ["a1", "b1", *repeat, *repeat]
    assert found.alone == {"a": Timing((1.0,) * 4), "b": Timing((2.0,) * 4)}
    assert found.sweep == {"a": Timing((3.0,) * 2)}


def test_every_contender_gives_a_sample_an_epoch(workload: Workload) -> None:
    for contender in (bench.notebook_epochs, bench.rottui_epochs, bench.bf16_epochs):
        seconds = list(contender(workload))
        assert len(seconds) == workload.epochs
        assert min(seconds) > 0


def test_the_sweep_trains_the_experiments_three_rates_to_their_end(
    workload: Workload, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained: list[tuple[float, int]] = []

    def watched(store: RunStore) -> float:
        trained.extend((run.config["lr"], run.epochs_done) for run in store.runs())
        return ended_at(store)

    monkeypatch.setattr(bench, "ended_at", watched)
    assert bench.rottui_sweep(workload) > 0
    assert bench.notebook_sweep(workload) > 0
    assert trained == [(1e-2, 2), (1e-4, 2), (1e-8, 2)]


def test_a_run_that_diverges_is_said_and_not_measured(workload: Workload) -> None:
    wild = replace(workload, config=workload.config.replaced({"lr": 100, "epochs": 60}))
    wild = replace(wild, config=wild.config.replaced({"network.dense_hiddens": [64, 64, 64]}))
    if wild.config.network.type == "cnn":
        with pytest.raises(TrainingError, match="diverged"):
            list(bench.rottui_epochs(wild))


def test_a_sweep_that_fails_is_said_with_the_reason(workload: Workload) -> None:
    changed = workload.config.replaced({"data.fingerprint": "0" * 32})
    with pytest.raises(TrainingError, match=r"process failed: .* have changed since this run"):
        bench.rottui_sweep(replace(workload, config=changed))


def test_a_run_that_did_not_end_is_no_measurement(workload: Workload) -> None:
    with temporary_store() as store:
        add_runs(store, workload.sweep)
        with pytest.raises(TrainingError, match="lr 1e-2 is queued"):
            ended_at(store)


def test_a_sweep_has_as_many_workers_as_rottui_sweep(
    workload: Workload, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, "available_cores", lambda: 8)
    monkeypatch.setattr(bench, "worker_count", lambda asked: 8)
    found = {n: bench.sweep_workers(replace(workload, threads=n)) for n in (1, 2, 6, 8)}
    assert found == {1: (1, 1), 2: (2, 1), 6: (3, 2), 8: (3, None)}


def test_threads_are_those_asked_for_and_as_before_afterwards(workload: Workload) -> None:
    torch.set_num_threads(1)
    seen: list[int] = []

    def epochs(asked: Workload) -> Iterator[float]:
        for _ in range(asked.epochs):
            seen.append(torch.get_num_threads())
            yield 1.0

    measure(replace(workload, threads=2), {"a": epochs}, {}, silent)
    assert set(seen) == {2}
    assert torch.get_num_threads() == 1


def test_median_and_best() -> None:
    assert Timing((3.0, 1.0, 2.0, 9.0)).median == 2.5
    assert Timing((3.0, 1.0, 2.0, 9.0)).best == 1.0


def test_the_peak_is_that_of_one_of_the_sizes() -> None:
    peak = measure_peak()
    assert peak.size in (32, 64)
    assert peak.flops > 0
