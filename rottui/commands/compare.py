"""``rottui compare``: two or more runs side by side, and whether one is better than another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from rottui import locations
from rottui.commands.json_rows import document
from rottui.commands.stores import check_exists, store_folder
from rottui.commands.tables import Column, print_table
from rottui.commands.usage import DONE, UsageError
from rottui.core.comparison import LEVEL, RESAMPLES, Evidence, differing
from rottui.core.leaderboard import Spread
from rottui.core.pytorch import explained_imports
from rottui.engine.comparing import (
    MOST_SIDES,
    Comparison,
    Side,
    compared,
    errors_of,
    sides_of,
    with_errors,
)
from rottui.engine.datasets import Datasets, loader
from rottui.store.records import RunRow
from rottui.store.runs import RunStore
from rottui.tui import comparison_words as words
from rottui.tui.standings import MEASURES

LABEL = 18
"""Characters that the name of a setting or metric keeps on a narrow screen."""


def compare(references: Sequence[str], *, as_json: bool, store: str | None) -> int:
    """Print the comparison; the first run named is of the side that the others are compared to.

    Raises:
        UsageError: fewer than two runs, or too many sides.
        StoreError: there is no such run.
    """
    folder = store_folder(store)
    check_exists(folder)
    with RunStore.open(folder, read_only=True) as rows:
        runs = list({run.id: run for run in map(rows.run, references)}.values())
        sides = sides_of(runs)
        if len(runs) < 2:
            raise UsageError("name two runs or more")
        if len(sides) > MOST_SIDES:
            raise UsageError(f"at most {MOST_SIDES} settings can be compared, not {len(sides)}")
        with explained_imports():
            import torch  # noqa: F401
        datasets = Datasets(loader(locations.cache_dir()))
        sides = tuple(
            with_errors(side, lambda run: errors_of(rows, run, datasets.get)) for side in sides
        )
    comparison = compared(sides, 0)
    if as_json:
        print(document(_json(comparison)))
    else:
        _print(comparison)
    return DONE


def _print(comparison: Comparison) -> None:
    for side in comparison.sides:
        print(f"{side.letter}  {words.side_words(side)}")
    for part in words.parts(comparison):
        print(f"\n{part.title}:")
        print_table(_columns(comparison, part))
    print()
    for verdict in words.verdicts(comparison):
        print(verdict.headline)
        for detail in verdict.details:
            print(f"  {detail}")


def _columns(comparison: Comparison, part: words.Part) -> list[Column]:
    """The lines' names, then what each side has, and the difference to the reference beside it."""
    first = comparison.sides[comparison.reference].letter
    columns = [
        Column("", tuple(line.label for line in part.lines), right=False, rank=0, least=LABEL)
    ]
    for at, side in enumerate(comparison.sides):
        cells = [line.cells[at] for line in part.lines]
        columns.append(Column(side.letter, tuple(cell.text for cell in cells), rank=2 * at))
        if any(cell.delta for cell in cells):
            title = f"{side.letter} less {first}"
            deltas = tuple(cell.delta or "-" for cell in cells)
            columns.append(Column(title, deltas, rank=2 * at + 1))
    return columns


def _json(comparison: Comparison) -> dict[str, Any]:
    configs = [side.runs[0].config for side in comparison.sides]
    different = differing(configs)
    return {
        "reference": comparison.sides[comparison.reference].letter,
        "resamples": RESAMPLES,
        "level": LEVEL,
        "sides": [_side_json(side, at, different) for at, side in enumerate(comparison.sides)],
        "verdicts": [verdict.headline for verdict in words.verdicts(comparison)],
    }


def _side_json(side: Side, at: int, different: dict[str, tuple[Any, ...]]) -> dict[str, Any]:
    return {
        "letter": side.letter,
        "runs": [
            {"id": run.id, "uid": run.uid, "name": run.name, "seed": run.config.get("seed")}
            for run in side.runs
        ],
        "config": {path: values[at] for path, values in different.items()},
        "best": {name: _spread_json(side.runs, "best", name) for name in MEASURES},
        "last": {name: _spread_json(side.runs, "last", name) for name in MEASURES},
        "tested": [
            {
                "run": run.run_id,
                "checkpoint": run.kind,
                "epoch": run.epoch,
                "images": len(run.errors),
                "circular_mae_deg": float(run.errors.mean()),
            }
            for run in side.tested
        ],
        "problem": side.problem or None,
        "difference": _difference_json(side),
        "no_difference": side.no_difference or None,
    }


def _difference_json(side: Side) -> dict[str, Any] | None:
    """The side's mean error less the reference's; ``reference_better`` is a share."""
    found = side.difference
    if found is None:
        return None
    return {
        "circular_mae_deg": found.mean,
        "images": _evidence_json(found.images),
        "seeds": None if found.seeds is None else _evidence_json(found.seeds),
        "shared_seeds": list(found.shared),
        "reference_wins": found.wins,
    }


def _evidence_json(evidence: Evidence) -> dict[str, Any]:
    return {
        "low_deg": evidence.low,
        "high_deg": evidence.high,
        "reference_better": evidence.better,
        "real": evidence.real,
    }


def _spread_json(runs: Sequence[RunRow], which: str, metric: str) -> dict[str, Any] | None:
    rows = [getattr(run, which) for run in runs]
    spread = Spread.of(None if row is None else row.measured(metric) for row in rows)
    if spread is None or not math.isfinite(spread.mean):
        return None
    return {"mean": spread.mean, "std": spread.std, "n": spread.n}
