"""Operations by phase, whatever learner takes the steps."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.profiler import record_function

from rottui.bench.machine import Machine
from rottui.bench.profile import WAITING, Operation, Profile, aggregate, phase_of, profile
from rottui.bench.profile_report import ProfileReport
from rottui.bench.report import plain_lines
from rottui.bench.workload import Workload
from rottui.core.learner import AutogradLearner
from rottui.core.training import Training

STEP, EVALUATION = "rottui step", "rottui evaluation"


def event(name: str, micros: float, parent: Any = None) -> Any:
    return SimpleNamespace(name=name, self_cpu_time_total=micros, cpu_parent=parent)


def test_every_operation_belongs_to_the_phase_around_it() -> None:
    backward = ["aten::mm", "MmBackward0", "autograd::engine::evaluate_function: MmBackward0", STEP]
    assert phase_of(backward) == ("aten::mm", "backward")
    assert phase_of(["aten::mul_", "Optimizer.step#Adam.step", STEP]) == ("aten::mul_", "optimizer")
    assert phase_of(["aten::_fused_adam_", STEP]) == ("aten::_fused_adam_", "optimizer")
    assert phase_of(["aten::mm", EVALUATION]) == ("aten::mm", "evaluation")
    assert phase_of([STEP]) == ("Python", "other/Python")
    assert phase_of(["aten::mm", "aten::linear", STEP]) == ("aten::mm", None)
    assert phase_of(["aten::randn"]) is None


def test_waiting_is_a_phase_whatever_waits() -> None:
    for around in (STEP, EVALUATION):
        assert phase_of([WAITING, around]) == (WAITING, WAITING)
    assert phase_of([WAITING]) is None


def test_a_learner_may_name_its_phases_or_its_compiled_functions() -> None:
    assert phase_of(["aten::mm", "backward", STEP]) == ("aten::mm", "backward")
    assert phase_of(["optimizer", STEP]) == ("Python", "optimizer")
    for name, phase in (("dense_forward", "forward"), ("pool_backward", "backward")):
        assert phase_of([f"compiled::{name}", STEP]) == (f"compiled::{name}", phase)


def test_events_are_summed_the_longest_first() -> None:
    step = event(STEP, 5)
    events = [
        event("aten::randn", 99),
        step,
        event("aten::mm", 10, step),
        event("aten::mm", 20, event("autograd::engine::evaluate_function: X", 1, step)),
        event("aten::mm", 30, step),
    ]
    assert aggregate(events) == (
        Operation("aten::mm", "forward", 2, pytest.approx(40e-6)),
        Operation("aten::mm", "backward", 1, pytest.approx(20e-6)),
        Operation("Python", "other/Python", 1, pytest.approx(5e-6)),
    )


def test_without_autograd_only_what_an_evaluation_calls_is_forward() -> None:
    step, evaluation = event(STEP, 5), event(EVALUATION, 5)
    events = [event("compiled::convolve", 10, around) for around in (step, evaluation)]
    events += [event("compiled::gradients", 9, step), event("aten::fill_", 8, step)]
    found = {(one.name, one.phase) for one in aggregate(events)}
    assert found == {
        ("compiled::convolve", "forward"),
        ("compiled::convolve", "evaluation"),
        ("compiled::gradients", "forward or backward"),
        ("aten::fill_", "forward or backward"),
    }


def use_learner(monkeypatch: pytest.MonkeyPatch, kind: type[AutogradLearner]) -> None:
    plain = Training.learner.fget
    assert plain is not None

    def learner(training: Training) -> AutogradLearner:
        return kind(training.config, plain(training).network, torch.device("cpu"))

    monkeypatch.setattr(Training, "learner", property(learner))


def test_an_epoch_by_autograd_has_every_phase_and_every_step(
    workload: Workload, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_learner(monkeypatch, AutogradLearner)
    found = profile(workload)
    phases = found.phases()
    assert list(phases) == ["forward", "backward", "optimizer", "evaluation", "other/Python"]
    assert sum(phases.values()) == pytest.approx(found.total)
    assert 0 < found.total <= 1.1 * found.profiled_seconds
    products = {one.phase: one.calls for one in found.operations if one.name == "aten::addmm"}
    dense = len(workload.config.network.dense_hiddens) + 1
    assert products["forward"] == dense * workload.steps
    assert found.product_seconds > 0


def test_an_epoch_of_the_learner_as_it_is_names_its_compiled_functions(
    workload: Workload,
) -> None:
    pytest.importorskip("numba")
    from numba.core.registry import CPUDispatcher

    found = profile(workload)
    named = [one for one in found.operations if one.name.startswith("compiled::")]
    assert {one.calls for one in named if one.phase != "evaluation"} >= {workload.steps}
    assert {"forward or backward", "optimizer", "evaluation"} <= set(found.phases())
    assert "__call__" not in vars(CPUDispatcher)


class ByHand(AutogradLearner):
    """A learner that needs neither autograd's marks nor an optimizer's, and names its phases."""

    def step(self, images: Tensor, targets: Tensor, lr: float) -> Tensor:
        with torch.no_grad(), record_function("forward"):
            loss = ((self.network(images) - targets) ** 2).mean()
        with torch.no_grad(), record_function("backward"):
            for parameter in self.network.parameters():
                parameter.mul_(1 - lr)
        return loss


def test_a_learner_by_hand_is_profiled_by_its_own_names(
    workload: Workload, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_learner(monkeypatch, ByHand)
    found = profile(workload)
    assert {one.phase for one in found.operations if one.name == "aten::mul_"} == {"backward"}
    assert {"forward", "backward"} <= set(found.phases())


def test_the_report_has_phases_operations_and_shares(workload: Workload) -> None:
    operations = [
        Operation("aten::mm", "forward", 7, 0.3),
        Operation("Python", "other/Python", 1, 0.1),
    ]
    operations += [Operation(f"aten::{k}", "backward", 1, 0.001) for k in range(20)]
    machine = Machine("A CPU", 2, "cpu", "Linux x86_64", "3.11.7", "2.6.0", None)
    report = ProfileReport(machine, workload, Profile(tuple(operations), 0.3, 0.42, 0.2))
    lines = plain_lines(report.blocks())
    assert "an epoch takes 0.300 s, and 0.420 s under the profiler" in "\n".join(lines)
    rows = [line.split() for line in lines]
    assert ["aten::mm", "forward", "7", "300.0", "71.4%"] in rows
    assert ["all", "420.0", "100.0%"] in rows
    assert ["7", "others", "7", "7.0", "1.7%"] in rows
    assert len(report.document()["operations"]) == 22
