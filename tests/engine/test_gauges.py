"""The gauges of this very machine, and what ``nvidia-smi`` prints elsewhere."""

from __future__ import annotations

import pytest

from rottui.engine.gauges import Gauges, gpus_in


def test_this_machine_has_cores_memory_and_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    gauges = Gauges()
    first, second = gauges.read(), gauges.read()
    assert second.at >= first.at
    assert 0 <= second.cpu <= 1
    assert second.own_cores >= 0
    assert second.cores >= 1
    assert 0 < second.own < second.total
    assert 0 < second.used <= second.total
    assert second.threads >= 1
    assert second.gpus == ()
    assert second.no_gpu == "none that tells: nvidia-smi is not installed"


def test_gpus_are_read_from_what_their_tool_prints() -> None:
    text = "NVIDIA H100 80GB HBM3, 37, 1024, 81559\nTesla, [N/A], 0, 16384\nno devices were found\n"
    first, second = gpus_in(text)
    assert (first.name, first.busy, first.used) == ("NVIDIA H100 80GB HBM3", 0.37, 2**30)
    assert first.total == 81559 * 2**20
    assert (second.name, second.busy) == ("Tesla", None)
    assert gpus_in("a, b, c, d\n") == ()
