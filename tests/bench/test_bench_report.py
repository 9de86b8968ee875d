"""Numbers as people and programs get them."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

from rottui.bench.exactness import Exactness
from rottui.bench.machine import Machine, this_machine
from rottui.bench.measure import BF16, NOTEBOOK, ROTTUI, Measured, Timing
from rottui.bench.peaks import Peak
from rottui.bench.report import SpeedReport, plain_lines, quantity, seconds_text
from rottui.bench.workload import Workload

MACHINE = Machine("A CPU", 2, "cpu", "Linux x86_64", "3.11.7", "2.6.0", 0.25)


@pytest.fixture
def report(workload: Workload) -> SpeedReport:
    alone = {
        NOTEBOOK: Timing((0.3, 0.2, 0.5)),
        ROTTUI: Timing((0.1, 0.05, 0.2)),
        BF16: Timing((0.2,)),
    }
    sweep = {NOTEBOOK: Timing((0.4,)), ROTTUI: Timing((0.1,))}
    peak = Peak(workload.epoch_flops / 0.01, 512)  # an epoch at the peak takes 10 ms
    return SpeedReport(MACHINE, workload, Measured(alone, sweep, peak), Exactness(3e-15, 8, 60, 30))


def test_the_table_has_medians_bests_ratios_and_the_share_of_the_peak(report: SpeedReport) -> None:
    lines = plain_lines(report.blocks())
    ours, swept = (line for line in lines if line.startswith("rottui  "))
    assert ours.split() == ["rottui", "0.100", "0.0500", "600", "3.00×", "4.00×", "10%"]
    assert swept.split() == ["rottui", "0.100", "0.100", "600", "4.00×", "4.00×", "10%"]
    other = next(line for line in lines if "other mathematics" in line)
    assert other.split()[-1] == "-"  # the float32 peak is not its limit
    assert any("limit: 0.0100 s an epoch, at most 30.0× the notebook loop" in s for s in lines)
    assert "same mathematics: yes (largest relative difference 3e-15" in "\n".join(lines)


def test_other_mathematics_are_shouted(report: SpeedReport) -> None:
    wrong = replace(report, exactness=Exactness(math.inf, 8, 60, 30))
    assert "same mathematics: NO (largest relative difference inf" in str(wrong.blocks())
    assert wrong.document()["exactness"]["same"] is False
    assert wrong.document()["exactness"]["largest_relative_difference"] is None


def test_without_a_sweep_there_is_no_table_of_it(report: SpeedReport) -> None:
    bare = replace(report, measured=replace(report.measured, sweep={}))
    assert "sweep" not in "\n".join(plain_lines(bare.blocks()))
    assert bare.document()["sweep"] == {}


def test_the_document_has_every_number_and_no_name_of_a_host_or_folder(
    report: SpeedReport,
) -> None:
    document = json.loads(json.dumps(report.document(), allow_nan=False))
    assert document["schema"] == 1
    assert document["machine"]["cpu"] == "A CPU"
    ours = document["alone"]["rottui"]
    assert ours["samples"] == [0.1, 0.05, 0.2]
    assert (ours["seconds_per_epoch"], ours["speed"]) == (0.1, pytest.approx(3))
    assert document["flops"]["step"] == report.workload.image_flops.step * 16
    assert document["workload"]["sweep_lrs"] == [1e-2, 1e-4, 1e-8]
    assert "host" not in str(document)
    assert "path" not in str(document)


def test_this_machine_is_described(monkeypatch: pytest.MonkeyPatch) -> None:
    found = this_machine()
    assert found.cpu
    assert found.cores >= 1
    assert found.device == "cpu"


def test_numbers_are_short() -> None:
    assert quantity(64_061_440) == "64.1 M"
    assert quantity(172e9) == "172 G"
    assert quantity(999.6) == "1 k"
    assert quantity(12) == "12 "
    assert [seconds_text(s) for s in (0.02134, 0.1, 4.06, 123.6)] == [
        "0.0213",
        "0.100",
        "4.06",
        "124",
    ]
