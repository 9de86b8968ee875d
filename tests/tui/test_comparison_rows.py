"""A comparison on the screen: verdicts in words, only what differs, and columns that fit."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from runs_made import epoch_row, run_row

from rottui.core.config import RunConfig
from rottui.engine.comparing import Comparison, RunErrors, compared, sides_of, with_errors
from rottui.errors import CheckpointError
from rottui.store.records import RunRow
from rottui.store.states import State
from rottui.tui.charts.cells import columns, plain
from rottui.tui.comparison_words import parts, percent, signed, verdicts
from rottui.tui.widgets.comparison_rows import lay_out
from rottui.tui.widgets.formats import format_degrees

NOISE = np.random.default_rng(3).normal(0, 1, 100)


def run(run_id: int, mae: float = 40.0, **changes: object) -> RunRow:
    config = RunConfig().replaced(changes)
    return run_row(run_id, State.DONE, config=config, done=3, last=epoch_row(3, 0.4, mae=mae))


def made(*runs: RunRow, worse: dict[int, float] | None = None, reference: int = 0) -> Comparison:
    """Runs that err 30° and more, each by noise of its own around ``worse``; None: no network."""

    def test(row: RunRow) -> RunErrors:
        by = (worse or {}).get(row.id, 0.0)
        if by < -30:
            raise CheckpointError(f"run {row.id} has no checkpoint yet")
        errors = 30 + by + np.roll(NOISE, row.id)
        return RunErrors(row.id, "best", 3, "sha", "images", errors)

    return compared([with_errors(side, test) for side in sides_of(runs)], reference)


def text(comparison: Comparison, width: int = 100, **how: object) -> str:
    rows = lay_out(comparison, width, **how).rows  # type: ignore[arg-type]
    return "\n".join(plain(row).rstrip() for row in rows)


def test_verdicts_name_the_better_one_and_how_sure_that_is() -> None:
    real = made(run(1), run(2, lr=0.1), worse={2: 5})
    (verdict,) = verdicts(real)
    assert verdict.headline == "A better than B, > 99.9 %: real, for these networks"
    assert verdict.details[0].startswith("mean error of B less that of A: +5.00°, 95 % from +4.")
    assert verdict.details[0].endswith(", over 100 test images")
    assert "other seeds may come out otherwise" in verdict.details[1]
    (turned,) = verdicts(made(run(1), run(2, lr=0.1), worse={2: 5}, reference=1))
    assert turned.headline == verdict.headline
    (chance,) = verdicts(made(run(1), run(2, lr=0.1)))
    assert chance.headline.endswith("may be chance")


def test_seeds_are_counted_for_the_better_side_and_few_are_rough() -> None:
    runs = [run(i, seed=i % 2, lr=(0.1 if i > 2 else 0.2)) for i in (1, 2, 3, 4)]
    for reference in (0, 1):
        (verdict,) = verdicts(made(*runs, worse={3: 5, 4: 6}, reference=reference))
        assert verdict.headline == "A better than B, > 99.9 %: real"
        assert "A is better with 2 of 2 seeds" in verdict.details
        assert "rough, with fewer than 5 seeds" in verdict.details
        assert any(one.startswith("these networks alone: A better") for one in verdict.details)


def test_what_cannot_be_compared_says_why() -> None:
    shown = text(made(run(1), run(2, lr=0.1), worse={2: -99}))
    assert "A and B: no telling; B has no network yet" in shown
    assert "run 2 has no checkpoint yet" in shown


def test_another_checkpoint_than_the_best_is_told() -> None:
    def test(row: RunRow) -> RunErrors:
        kind = "last" if row.id == 2 else "best"
        return RunErrors(row.id, kind, 3, "sha", "images", 30 + np.roll(NOISE, row.id))

    pair = compared([with_errors(side, test) for side in sides_of([run(1), run(2, lr=0.1)])], 0)
    told = [one for one in verdicts(pair)[0].details if "checkpoint" in one]
    assert told == ["run 2 is tested by its last checkpoint, of epoch 3"]


def test_networks_that_err_alike_are_not_told_apart() -> None:
    same = sides_of([run(1), run(2, optimizer="adamw")])
    comparison = compared(
        [with_errors(s, lambda r: RunErrors(r.id, "best", 1, "", "i", 9 + NOISE)) for s in same], 0
    )
    assert verdicts(comparison)[0].headline == "A and B err alike on every image"


def test_only_what_differs_stands_in_the_table_with_deltas() -> None:
    shown = text(made(run(1), run(2, mae=44, lr=0.1)))
    lines = [line.split() for line in shown.splitlines()]
    at = lines.index(["what", "differs", "A", "B"])
    assert lines[at + 1 : at + 3] == [["lr", "1e-3", "0.1"], []]
    circular = ["test", "circular", "MAE,", "degrees", "36.0", "39.6", "+3.60"]
    assert circular in lines
    assert ["train", "loss", "0.4", "0.4", "0"] in lines


def test_losses_of_other_targets_have_no_difference() -> None:
    shown = parts(made(run(1), run(2, target="circular")))
    lines = {line.label: line.cells[1].delta for line in shown[1].lines}
    assert lines["test loss"] == ""
    assert lines["test circular MAE, degrees"] == "0"


def test_the_data_are_told_apart_in_words_else_by_their_digests() -> None:
    digest = {"data.fingerprint": "0123456789abcdef"}
    (line,) = parts(made(run(1), run(2, **digest)))[0].lines
    assert (line.label, line.cells[1].text) == ("data.fingerprint", "0123456789ab")
    (line,) = parts(made(run(1), run(2, **digest | {"data.seed": 7})))[0].lines
    assert line.label == "data.seed"


@cache
def five_sides() -> Comparison:
    return made(*(run(i, 40.1 + 0.7 * (i % 3), seed=i % 3, lr=(i // 3) / 10) for i in range(3, 18)))


@pytest.mark.parametrize("ascii", [False, True])
@pytest.mark.parametrize("width", [56, 76, 116, 196])
def test_sides_that_do_not_fit_are_one_key_away_and_no_number_is_cut(
    width: int, ascii: bool
) -> None:
    comparison = five_sides()
    assert len(comparison.sides) == 5
    seen: set[str] = set()
    for skipped in range(4):
        laid = lay_out(comparison, width, skipped=skipped, ascii=ascii)
        assert {columns(row) for row in laid.rows} == {width}
        lines = [plain(row) for row in laid.rows]
        assert not ascii or all(line.isascii() for line in lines)
        title = next(line for line in lines if line.startswith("at the lowest"))
        found = title.removeprefix("at the lowest test loss").split()
        assert found[0] == "A"
        more = found[-1] in "…~"
        assert laid.more is more
        seen |= set(found) - {"…", "~"}
        test_mae = [line for line in lines if line.startswith(("test circular", "circ "))]
        assert not any(mark in line for line in test_mae for mark in "…~#")
        assert any("±" in line or "+-" in line for line in test_mae) is (width > 56)
        if not more:
            break
    assert seen == set("ABCDE")
    assert (skipped == 0) is (width == 196), "all at once where there is room"


@pytest.mark.parametrize(
    ("share", "said"), [(0.978, "97 %"), (0.5, "50 %"), (0.9934, "99.3 %"), (1.0, "> 99.9 %")]
)
def test_how_sure_is_never_said_to_be_wholly_sure(share: float, said: str) -> None:
    assert percent(share) == said


def test_differences_have_signs() -> None:
    assert [signed(x, format_degrees) for x in (1.234, -12.34, 0.0, 0.001)] == [
        "+1.23",
        "-12.3",
        "0",
        "0.00",
    ]
