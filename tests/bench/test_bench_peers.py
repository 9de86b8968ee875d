"""PyTorch Lightning and skorch do the notebook's work, or it is said how to install them."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from rottui.bench import peers
from rottui.bench.notebook import NotebookLoop
from rottui.bench.peers import INSTALL, PEERS, Peer, installed
from rottui.bench.workload import Workload


@pytest.mark.parametrize("peer", PEERS, ids=[peer.name for peer in PEERS])
def test_a_peer_comes_to_the_notebooks_metrics(peer: Peer, workload: Workload) -> None:
    pytest.importorskip(peer.module)
    fit = peer.fit(workload)
    loop = NotebookLoop(workload.network(), workload.notebook, workload.config.lr, 16)
    for _ in range(workload.epochs):
        loop.train_epoch()
    assert len(fit.seconds) == len(fit.logs) == workload.epochs
    np.testing.assert_allclose(fit.logs, loop.logs, rtol=1e-4)
    assert min(fit.seconds) > 0


def test_what_is_not_installed_is_left_out_with_one_line_on_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def nowhere(name: str) -> None:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name.split(".")[0])

    monkeypatch.setattr(peers, "import_module", nowhere)
    assert installed() == ([], [INSTALL])


def test_what_is_broken_is_left_out_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name: str) -> None:
        if name.startswith("lightning"):
            raise ModuleNotFoundError("No module named 'yaml'", name="yaml")

    monkeypatch.setattr(peers, "import_module", broken)
    found, notes = installed()
    assert [peer.name for peer in found] == ["skorch"]
    assert notes == [
        "lightning.pytorch cannot be imported (No module named 'yaml'), and is left out"
    ]


def test_every_peer_that_is_here_is_found() -> None:
    found, notes = installed()
    here = [peer for peer in PEERS if importlib.util.find_spec(peer.module.split(".")[0])]
    assert found == here
    assert notes == ([] if len(here) == len(PEERS) else [INSTALL])
