"""rottui verify-resume: a real run, really killed, compared bit for bit."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from rottui import locations
from rottui.commands.verify_resume import Proof, _bits
from rottui.engine.engine import Engine
from rottui.store.records import NewRun
from rottui.store.runs import RunStore

TINY = ("--dense-hiddens", "4", "--batch-size", "1", "--shuffle")


@pytest.mark.slow
def test_a_killed_run_is_proved_identical(rottui, images: Path) -> None:
    answer = rottui("verify-resume", "--data", images, *TINY, "--epochs", 300)
    assert (answer.code, answer.err) == (0, "")
    assert "killed process " in answer.out
    assert answer.out.splitlines()[-1].startswith("identical bit for bit: 301 epochs of the curve")


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both runs are trained in this process, which is quick; the kill is a worker's death."""

    def work(proof: Proof, name: str, during: object) -> None:
        folder = proof._folders[name]
        with RunStore.open(folder) as store:
            if name == "killed" and not store.run(1).attempt:
                assert store.claim("dead", threads=1) is not None
                store.recover(["dead"])
                return
        engine = Engine(folder, cache_dir=locations.cache_dir(), workers=1, threads=1)
        engine.start()
        try:
            assert engine.wait_idle(120)
        finally:
            engine.stop(60)

    monkeypatch.setattr(Proof, "_work", work)


@pytest.mark.usefixtures("here")
def test_the_exit_code_says_whether_the_curves_are_the_same(
    rottui, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    same = rottui("verify-resume", "--data", images, *TINY, "--epochs", 2)
    assert (same.code, same.err) == (0, "")
    assert same.out.splitlines()[-1].startswith("identical bit for bit: 3 epochs of the curve")

    def otherwise(proof: Proof, moments: list[float], pace: float) -> None:
        with RunStore.open(proof._folders["killed"]) as store:
            run = store.run(1)
            store.edit(1, NewRun(run.name, {**run.config, "lr": 0.5}, run.epochs))
        killed(proof, moments, pace)

    killed = Proof.killed
    monkeypatch.setattr(Proof, "killed", otherwise)
    answer = rottui("verify-resume", "--data", images, *TINY, "--epochs", 2)
    assert answer.refused(1).startswith("the curves differ at epoch 1: ")
    assert "identical" not in answer.out


def test_bits_tell_what_equality_does_not() -> None:
    zero, minus = ({"w": [torch.tensor([sign * 0.0])]} for sign in (1, -1))
    assert _bits(zero) != _bits(minus)
    assert list(_bits(zero)) == ["w.0"]
    nan = torch.tensor([float("nan")])
    assert _bits({"a": nan}) == _bits({"a": nan.clone()})


@pytest.mark.parametrize("kills", ["0", "x"])
def test_what_cannot_work_is_refused(rottui, kills: str) -> None:
    assert rottui("verify-resume", "--kills", kills).refused(2).startswith("--kills: ")
