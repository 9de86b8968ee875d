"""From the store's rows to a leaderboard, and its words."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from sweep_rows import measured, sweep_snapshot

from rottui.core.leaderboard import Result, Spread, leaderboard
from rottui.store.states import State
from rottui.tui.standing_words import (
    behind_text,
    epochs_text,
    seeds_text,
    spread_text,
    why_text,
)
from rottui.tui.standings import CIRCULAR, LONG_WAY, MEASURES, standings, sweep_fields
from rottui.tui.widgets.formats import format_degrees


def test_one_old_run_makes_all_compared_the_long_way_round() -> None:
    shot = sweep_snapshot("lr=1e-1, 1e-2", [50, 40])
    old = replace(measured(4, 40), test_circular_mae_deg=math.nan)
    runs = (shot.runs[0], replace(shot.runs[1], last=old))
    assert standings(runs, ("lr",)).measure.name == LONG_WAY
    assert standings(runs[:1], ("lr",)).measure.name == CIRCULAR
    assert standings(runs, ("lr",), "test_loss").measure.name == "test_loss"


def test_every_measure_is_read_from_an_epoch() -> None:
    shot = sweep_snapshot("lr=1e-1, 1e-2", [50, 40])
    for name, measure in MEASURES.items():
        found = standings(shot.runs, ("lr",), name)
        assert found.measure.name == name == measure.name or found.measure.name == LONG_WAY


def test_a_spec_orders_what_differs_and_a_damaged_one_does_no_harm() -> None:
    shot = sweep_snapshot("batch_size=8, 16; lr=1e-1, 1e-2; shuffle=on", [1, 2, 3, 4])
    (sweep,) = shot.sweeps.values()
    assert sweep_fields(shot.runs, sweep) == ("batch_size", "lr")
    for spec in (None, {}, {"axes": 3}, {"axes": [3, {"field": "gone"}, {}]}):
        odd = replace(sweep, spec=spec)
        assert sweep_fields(shot.runs, odd) == ("lr", "batch_size")


def test_runs_with_a_damaged_config_are_a_setting_of_their_own() -> None:
    shot = sweep_snapshot("lr=1e-1, 1e-2", [50, 40])
    runs = (shot.runs[0], replace(shot.runs[1], config={}))
    found = standings(runs, sweep_fields(runs))
    assert len(found.places) == 2
    assert "none" in {word for place in found.places for word in found.words(place)}


def test_a_run_that_failed_has_no_number_and_one_under_way_the_one_it_has_come_to() -> None:
    shot = sweep_snapshot("lr=1, 1e-1, 1e-2", [90, 50, 40], failed=[0])
    going = replace(shot.runs[1], state=State.RUNNING, epochs_done=3)
    found = standings((shot.runs[0], going, shot.runs[2]), ("lr",))
    assert [place.setting for place in found.places] == [(1e-2,), (1e-1,), (1.0,)]
    assert found.places[1].final == Spread(50.0, None, 1)
    assert found.places[2].final is None
    assert [why_text(place) for place in found.places] == [
        "", "1 of 1 unfinished", "the loss is not a number",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("spread", "text", "behind"),
    [
        (None, "-", "-"),
        (Spread(43.21, None, 1), "43.2", "+43.2"),
        (Spread(43.21, 0.406, 3), "43.2 ± 0.41", "+43.2 ± 0.41"),
        (Spread(-0.5, 0.25, 3), "-0.50 ± 0.25", "-0.50 ± 0.25"),
    ],
)
def test_spreads_in_words(spread: Spread | None, text: str, behind: str) -> None:
    assert spread_text(spread, format_degrees) == text
    assert behind_text(spread, format_degrees) == behind


def test_epochs_seeds_and_reasons_in_words() -> None:
    def place(*epochs: int, whys: tuple[str, ...] = ()) -> str:
        runs = [
            Result(k, (), k, 1.0 if n else None, None, n, 9, why=whys[k] if whys else "")
            for k, n in enumerate(epochs)
        ]
        (only,) = leaderboard(runs)
        return " | ".join((epochs_text(only), seeds_text(only), why_text(only)))

    assert place(9, 9) == "9 | 2 | "
    assert place(3, 3) == "3/9 | 2 | "
    assert place(3, 9, 0) == "0…9/9 | 2 of 3 | "
    assert place(3, 3, whys=("rung 3: bad", "rung 3: worse")) == (
        "3/9 | 2 | 1 of 2: rung 3; 1 of 2: rung 3"
    )
    assert place(9, whys=("w" * 99,)).endswith("w…")
