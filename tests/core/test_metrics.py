"""Evaluation in chunks against one batch."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from rottui.core.config import NetworkConfig
from rottui.core.metrics import CHUNK, Metrics, evaluate
from rottui.core.networks import build_network
from rottui.core.targets import ScalarTarget


@pytest.mark.parametrize("n", [1, CHUNK, CHUNK + 1, 3 * CHUNK - 7])
def test_chunks_give_the_numbers_of_one_batch(n: int) -> None:
    generator = torch.Generator().manual_seed(0)
    images = torch.rand(n, 1, 28, 28, generator=generator, dtype=torch.float64)
    wanted = torch.randn(n, 1, generator=generator, dtype=torch.float64)
    network = build_network(NetworkConfig(dense_hiddens=(9,)), seed=1, dtype=torch.float64)
    found = evaluate(network, images, wanted, ScalarTarget(180.0, 100.0))
    with torch.no_grad():
        off = network(images) - wanted
    assert found.loss == pytest.approx(off.square().mean().item(), rel=1e-12)
    assert found.mae == pytest.approx(off.abs().mean().item(), rel=1e-12)
    assert found.mae_deg == pytest.approx(100 * off.abs().mean().item(), rel=1e-12)


def test_metrics_know_when_they_are_not_finite() -> None:
    fine = Metrics(*[1.0] * 11)
    assert fine.finite
    assert not replace(fine, test_loss=float("nan")).finite
    assert not replace(fine, test_median_deg=float("inf")).finite
