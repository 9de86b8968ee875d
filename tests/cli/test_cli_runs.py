"""``rottui runs`` and ``rottui show`` on stores without a run, with many, and with odd ones."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rottui.commands.runs import first_to_see
from rottui.core.config import RunConfig
from rottui.store.records import EpochRow, NewRun
from rottui.store.runs import RunStore
from rottui.store.states import State


@pytest.fixture
def store(folders: Path) -> Iterator[RunStore]:
    with RunStore.open(folders / "store") as opened:
        yield opened


def add(store: RunStore, name: str, lr: float = 1e-3, epochs: int = 3) -> int:
    config = RunConfig(lr=lr, epochs=epochs)
    return store.add_runs([NewRun(name, config.to_dict(), epochs)])[0].id


def trained(
    store: RunStore,
    name: str,
    losses: list[float],
    *,
    state: State = State.DONE,
    lr: float = 1e-3,
    circular: bool = True,
    baseline: dict[str, dict[str, float]] | None = None,
    reason: str | None = None,
) -> int:
    """A run whose test losses, and MAEs, after each epoch were these.

    Without ``circular`` it is one of a store from before errors along the circle were measured.
    """
    run_id = add(store, name, lr, epochs=len(losses) - 1)
    claim = store.claim("a worker", threads=1, only=[run_id])
    assert claim is not None
    for epoch, loss in enumerate(losses):
        finite = math.isfinite(loss)
        along = (loss * 80, loss * 90, loss * 60, loss / 4, loss * 40) if circular else ()
        row = EpochRow(
            epoch, epoch * 10, loss, loss, loss, loss, loss * 100, loss * 100, 0.5, 0.0, finite,
            *along,
        )  # fmt: skip
        store.commit_epoch(claim, row, baseline=baseline)
    if state is not State.RUNNING:
        error = "the loss became NaN" if state is State.FAILED else None
        store.finish(claim, state, error=error, reason=reason)
    return run_id


def test_no_store_is_no_runs_and_stays_no_store(rottui, folders: Path) -> None:
    answer = rottui("runs")
    assert answer.code == 0
    assert answer.out.startswith("no runs yet")
    assert "rottui train" in answer.out
    assert json.loads(rottui("runs", "--json").out) == {"schema": 2, "runs": []}
    assert "no run store" in rottui("show", "3").refused(1)
    assert not (folders / "store").exists()


def test_an_empty_store_says_what_to_do(rottui, store: RunStore) -> None:
    assert "rottui train" in rottui("runs").out


def test_the_list_is_in_queue_order_with_all_numbers(rottui, store: RunStore) -> None:
    trained(store, "good", [1.0, 0.5, 0.25, 0.3125])
    trained(store, "bad", [1.0, math.nan], state=State.FAILED, lr=0.01)
    add(store, "waits")
    store.move([3], -1)
    answer = rottui("runs")
    assert answer.code == 0
    header, *rows = (line.split("  ") for line in answer.out.splitlines())
    cells = [[cell.strip() for cell in row if cell.strip()] for row in rows]
    assert [cell.strip() for cell in header if cell.strip()] == [
        "id", "state", "name", "network", "lr", "epoch", "train loss", "test loss", "test MAE",
        "MAE °", "circ °", "best loss", "time",
    ]  # fmt: skip
    assert [row[2] for row in cells] == ["good", "bad", "waits"]
    assert cells[0][:12] == [
        "1", "done", "good", "mlp 256-256", "1e-3", "3/3", "0.3125", "0.3125", "0.3125", "31.2",
        "28.1", "0.25 @ 2",
    ]  # fmt: skip
    assert cells[1][6:12] == ["nan", "nan", "nan", "nan", "nan", "1 @ 0"]
    assert cells[2][5:] == ["0/3", "-", "-", "-", "-", "-", "-", "-"]


def test_a_pipe_gets_whole_lines_however_narrow(rottui, store: RunStore, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    trained(store, "a name that is much longer than forty columns are", [1.0, 0.123456])
    lines = rottui("runs").out.splitlines()
    assert len(lines) == 2
    assert "a name that is much longer than forty columns are" in lines[1]
    assert "0.1235" in lines[1]


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("test_mae", ["b", "c", "a", "diverged", "waits"]),
        ("best", ["a", "b", "diverged", "c", "waits"]),
        ("name", ["a", "b", "c", "diverged", "waits"]),
        ("lr", ["c", "a", "b", "diverged", "waits"]),
        ("test_circular_mae_deg", ["b", "c", "a", "diverged", "old", "waits"]),
        ("train_circular_mae_deg", ["b", "c", "a", "diverged", "old", "waits"]),
        ("test_median_deg", ["b", "c", "a", "diverged", "old", "waits"]),
        ("test_flips", ["b", "c", "a", "diverged", "old", "waits"]),
        ("test_axial_mae_deg", ["b", "c", "a", "diverged", "old", "waits"]),
    ],
)
def test_runs_are_sorted_and_those_without_a_number_are_last(
    rottui, store: RunStore, sort: str, names: list[str]
) -> None:
    trained(store, "a", [1.0, 0.1, 0.9])
    trained(store, "b", [1.0, 0.2])
    trained(store, "c", [1.0, 0.4], lr=1e-9)
    trained(store, "diverged", [0.3, math.nan], state=State.FAILED)
    if "old" in names:
        trained(store, "old", [1.0, 0.01], circular=False)
    add(store, "waits")
    runs = json.loads(rottui("runs", "--json", "--sort", sort).out)["runs"]
    assert [run["name"] for run in runs] == names


def test_runs_are_filtered_by_state(rottui, store: RunStore) -> None:
    trained(store, "good", [1.0, 0.5])
    add(store, "waits")
    runs = json.loads(rottui("runs", "--json", "--state", "queued").out)["runs"]
    assert [run["name"] for run in runs] == ["waits"]
    assert rottui("runs", "--state", "failed").out.startswith("no such runs")


def test_json_is_strict_and_names_what_programs_need(rottui, store: RunStore) -> None:
    trained(store, "bad", [1.0, math.nan], state=State.FAILED)

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    for command in (["runs"], ["show", "bad"]):
        content = json.loads(rottui(*command, "--json").out, parse_constant=refuse)
        assert content["schema"] == 2
        run = content["run"] if "run" in content else content["runs"][0]
        assert {"id", "name", "state", "config", "metrics", "best"} <= set(run)
        assert run["metrics"]["test_mae_deg"] is None
        assert run["metrics"]["test_circular_mae_deg"] is None
        assert run["best"]["test_flips"] == 0.25
        assert run["best"]["test_loss"] == 1.0
        assert RunConfig.from_dict(run["config"])


def test_show_tells_everything_of_a_run(rottui, store: RunStore) -> None:
    trained(store, "good", [1.0, 0.5, 0.25, 0.3125])
    answer = rottui("show", "good")
    assert answer.code == 0
    for words in (
        "run 1: good",
        "state: done",
        "epochs: 3 of 3",
        "started: 20",
        "best: epoch 2  train loss 0.25",
        'source = "garments"',
        "lr = 0.001",
    ):
        assert words in answer.out
    assert "\n      median 15.0°  flips 6.2 %  axial MAE 10.0°\n" in answer.out  # of the best
    assert "reason" not in answer.out
    curve = answer.out.splitlines()[-4:]
    assert [line.split()[0] for line in curve] == ["0", "1", "2", "3"]
    assert [line.endswith("best") for line in curve] == [False, False, True, False]


BASELINE = {
    "mean": {"test_loss": 0.9931, "test_mae": 0.8671, "test_mae_deg": 90.09,
             "test_circular_mae_deg": 90.11, "test_flips": 0.2512},
    "chance": {"test_circular_mae_deg": 90.0, "test_median_deg": 90.0},
}  # fmt: skip


def test_show_compares_with_guesses_that_look_at_no_image(rottui, store: RunStore) -> None:
    trained(store, "good", [1.0, 0.5], baseline=BASELINE)
    lines = rottui("show", "good").out.splitlines()
    assert (
        "baseline mean: test loss 0.9931  test MAE 0.8671  MAE 90.1°  circular MAE 90.1°  "
        "flips 25.1 %"
    ) in lines
    assert "baseline chance: circular MAE 90.0°  median 90.0°" in lines
    assert json.loads(rottui("show", "good", "--json").out)["run"]["baseline"] == BASELINE


def test_show_says_why_a_run_ended_early(rottui, store: RunStore) -> None:
    reason = "stopped early after epoch 2: no test loss below that of epoch 1 (0.5) for 1 epoch"
    trained(store, "short", [1.0, 0.5, 0.6], reason=reason)
    assert f"reason: {reason}" in rottui("show", "short").out.splitlines()
    assert json.loads(rottui("show", "short", "--json").out)["run"]["reason"] == reason
    assert json.loads(rottui("runs", "--json").out)["runs"][0]["reason"] == reason


def test_errors_along_the_circle_are_in_the_curve_and_all_of_them_with_epochs(
    rottui, store: RunStore
) -> None:
    trained(store, "good", [1.0, 0.5])

    def table(*args: str) -> tuple[list[str], list[str]]:
        header, *_, last = rottui("show", "good", *args).out.split("\n\n")[-1].splitlines()
        split = [[c.strip() for c in line.split("  ") if c.strip()] for line in (header, last)]
        return split[0], split[1]

    titles, cells = table()
    assert titles[-3:] == ["test MAE °", "circ °", "seconds"]
    assert cells[titles.index("circ °")] == "45.0"
    titles, cells = table("--epochs")
    assert titles[-5:] == ["circ °", "median °", "flips %", "axial °", "seconds"]
    assert cells[-6:] == ["45.0", "30.0", "12.5", "20.0", "0.50", "best"]


def test_an_old_store_has_dashes_for_what_was_not_measured(rottui, store: RunStore) -> None:
    trained(store, "old", [1.0, 0.5], circular=False)
    for command in (["runs"], ["show", "old"], ["show", "old", "--epochs"]):
        answer = rottui(*command)
        assert answer.code == 0
        assert "nan" not in answer.out
    assert "circular MAE -\n      median -  flips -  axial MAE -" in rottui("show", "old").out
    assert rottui("show", "old", "--epochs").out.splitlines()[-1].split() == [
        "1", "10", "0.5", "0.5", "0.5", "0.5", "50.0", "50.0", "-", "-", "-", "-", "0.50", "best",
    ]  # fmt: skip
    run = json.loads(rottui("show", "old", "--json").out)["run"]
    assert run["metrics"]["test_flips"] is None
    assert run["baseline"] is None


def test_a_long_curve_is_thinned_unless_all_is_asked_for(rottui, store: RunStore) -> None:
    losses = [1.0 + k for k in range(41)]
    losses[17] = 0.5
    trained(store, "long", losses)

    def shown(*args: str) -> list[int]:
        table = rottui("show", "long", *args).out.split("epoch  step")[1].splitlines()[1:]
        return [int(line.split()[0]) for line in table if line.split()[0].isdecimal()]

    assert shown("--epochs") == list(range(41))
    few = shown()
    assert len(few) <= 13
    assert few == sorted(few)
    assert {0, 17, 40} <= set(few)
    assert "rows; --epochs shows them all" in rottui("show", "long").out


def test_a_name_that_several_runs_have_is_refused(rottui, store: RunStore) -> None:
    add(store, "twin")
    add(store, "twin")
    assert "1, 2" in rottui("show", "twin").refused(1)


def test_a_wish_is_shown(rottui, store: RunStore) -> None:
    trained(store, "busy", [1.0, 0.5], state=State.RUNNING)
    store.pause([1])
    assert "state: running, pause asked for" in rottui("show", "busy").out


def test_a_reader_that_leaves_early_is_no_error(store: RunStore) -> None:
    for k in range(300):
        add(store, f"run number {k}")
    command = f"{sys.executable} -m rottui runs | head -n 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert done.stdout.split()[:2] == ["id", "state"]
    assert done.stderr == ""


def test_a_terminal_without_unicode_gets_ascii(store: RunStore) -> None:
    trained(store, "good", [1.0, 0.5])
    done = subprocess.run(
        [sys.executable, "-m", "rottui", "runs"],
        capture_output=True,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert b"MAE ?" in done.stdout


def test_a_terminal_gets_what_is_unfinished_and_what_ended_last() -> None:
    places = [
        *((n, State.DONE) for n in range(1, 50)),
        (50, State.RUNNING),
        *((n, State.QUEUED) for n in range(51, 54)),
    ]
    assert first_to_see(places, 100) == [place for place, _ in places]
    assert first_to_see(places, 10) == [*range(44, 54)]


def test_neither_a_long_queue_nor_a_long_history_hides_the_other() -> None:
    places = [(n, State.DONE) for n in range(100)] + [(n, State.QUEUED) for n in range(100, 200)]
    assert first_to_see(places, 10) == [*range(95, 100), *range(100, 105)]
    assert first_to_see(places[98:], 10) == [98, 99, *range(100, 108)]
    busy = [(n, State.RUNNING) for n in range(20)]
    assert first_to_see(busy, 10) == list(range(10))


def test_only_a_terminal_is_spared_and_only_until_it_asks(
    rottui: Any, store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.add_runs([NewRun(f"run {n}", {}, 3) for n in range(5)])
    monkeypatch.setattr("rottui.commands.runs.SHOWN", 2)
    assert len(rottui("runs").out.splitlines()) == 6
    monkeypatch.setattr("rottui.commands.tables.on_terminal", lambda: True)
    for asked in ((), ("--sort", "name")):
        lines = rottui("runs", *asked).out.splitlines()
        assert lines[-1] == "(3 more: --all)"
        assert [line.split()[0] for line in lines[1:3]] == ["1", "2"]
    assert "more" not in rottui("runs", "--all").out
    assert len(json.loads(rottui("runs", "--json").out)["runs"]) == 5
