"""rottui verify-resume: a real run, really killed, compared bit for bit."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from rottui.commands.verify_resume import _bits

TINY = ("--dense-hiddens", "4", "--batch-size", "1", "--shuffle")


@pytest.mark.slow
def test_a_killed_run_is_proved_identical(rottui, images: Path) -> None:
    answer = rottui("verify-resume", "--data", images, *TINY, "--epochs", 300)
    assert (answer.code, answer.err) == (0, "")
    assert "killed process " in answer.out
    assert answer.out.splitlines()[-1].startswith("identical bit for bit: 301 epochs of the curve")


def test_bits_tell_what_equality_does_not() -> None:
    zero, minus = ({"w": [torch.tensor([sign * 0.0])]} for sign in (1, -1))
    assert _bits(zero) != _bits(minus)
    assert list(_bits(zero)) == ["w.0"]
    nan = torch.tensor([float("nan")])
    assert _bits({"a": nan}) == _bits({"a": nan.clone()})


@pytest.mark.parametrize("kills", ["0", "x"])
def test_what_cannot_work_is_refused(rottui, kills: str) -> None:
    assert rottui("verify-resume", "--kills", kills).refused(2).startswith("--kills: ")
