"""``rottui sweeps`` and ``rottui leaderboard``: which sweeps there are, and what came out best."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from rottui.commands.json_rows import document
from rottui.commands.stores import exists, opened, store_folder
from rottui.commands.tables import Column, print_table
from rottui.commands.usage import DONE, UsageError
from rottui.core.leaderboard import Spread, Standing
from rottui.core.settings import setting
from rottui.errors import ConfigError, StoreError
from rottui.store.records import RunRow, SweepRow
from rottui.store.runs import RunStore
from rottui.store.states import State
from rottui.tui.standing_words import (
    behind_text,
    epochs_text,
    seeds_text,
    spread_text,
    why_text,
)
from rottui.tui.standings import CIRCULAR, MEASURES, Standings, standings, sweep_fields

NAME_WIDTH = 24
"""Characters that the name of a sweep keeps on a narrow screen."""


def sweeps(*, as_json: bool, store: str | None) -> int:
    """Print the sweeps of the store, oldest first."""
    folder = store_folder(store)
    found: list[tuple[SweepRow, list[RunRow]]] = []
    if exists(folder):
        with RunStore.open(folder, read_only=True) as rows:
            found = [(sweep, rows.runs(sweep=sweep.id)) for sweep in rows.sweeps()]
    if as_json:
        print(document({"sweeps": [_sweep_json(sweep, runs) for sweep, runs in found]}))
    elif found:
        print_table(_sweep_columns(found))
    else:
        print(f"no sweeps yet in {folder}; start one with rottui sweep, or with rottui launch")
    return DONE


def leaderboard(reference: str, *, by: str | None, as_json: bool, store: str | None) -> int:
    """Print the settings of one sweep, best first."""
    if by is not None and by not in MEASURES:
        raise UsageError(f"--by: must be one of {', '.join(MEASURES)}, not {by!r}")
    with opened(store, read_only=True) as rows:
        sweep = sweep_named(rows.sweeps(), reference)
        runs = rows.runs(sweep=sweep.id)
    found = standings(runs, sweep_fields(runs, sweep), by or CIRCULAR)
    if as_json:
        print(document(_board_json(sweep, found)))
        return DONE
    print(f"sweep {sweep.id}: {sweep.name}; {found.measure.title}, mean ± std over seeds")
    print_table(_board_columns(found))
    return DONE


def sweep_named(sweeps: Sequence[SweepRow], reference: str) -> SweepRow:
    """The sweep with that id or that name; the last one where names are equal.

    Raises:
        StoreError: there is none.
    """
    for sweep in reversed(sweeps):
        if reference.removeprefix("#") == str(sweep.id) or reference == sweep.name:
            return sweep
    known = ", ".join(f"{sweep.id} ({sweep.name})" for sweep in sweeps) or "none yet"
    raise StoreError(f"there is no sweep {reference!r}; there are: {known}")


def _sweep_columns(found: Sequence[tuple[SweepRow, list[RunRow]]]) -> list[Column]:
    def column(title: str, cells: Sequence[str], *, right: bool = False, rank: int = 0) -> Column:
        least = NAME_WIDTH if title == "name" else None
        return Column(title, tuple(cells), right, rank, least=least)

    return [
        column("id", [str(sweep.id) for sweep, _ in found], right=True),
        column("name", [sweep.name for sweep, _ in found], rank=2),
        column("axes", [_axes_text(sweep) for sweep, _ in found], rank=3),
        column("runs", [str(len(runs)) for _, runs in found], right=True),
        column("states", [_states_text(runs) for _, runs in found], rank=1),
    ]


def _axes_text(sweep: SweepRow) -> str:
    """Such as ``lr ×9, batch_size ×4, seed ×3``; a dash where the store does not know."""
    spec = sweep.spec or {}
    axes, seeds = spec.get("axes"), spec.get("seeds")
    if not isinstance(axes, list) or not isinstance(seeds, list):
        return "-"
    parts = []
    for axis in axes:
        try:
            name = setting(str(axis.get("field"))).short
        except ConfigError:  # of a newer rottui
            name = str(axis.get("field"))
        parts.append(
            f"{name} ×{len(axis.get('values') or ())}" if spec.get("draws") is None else name
        )
    if spec.get("draws") is not None:
        parts.append(f"{spec['draws']} random")
    return ", ".join([*parts, f"seed ×{len(seeds)}"])


def _states_text(runs: Sequence[RunRow]) -> str:
    counts = Counter(run.state for run in runs)
    return ", ".join(f"{counts[state]} {state}" for state in State if counts[state])


def _sweep_json(sweep: SweepRow, runs: Sequence[RunRow]) -> dict[str, Any]:
    counts = Counter(str(run.state) for run in runs)
    return {
        "id": sweep.id,
        "name": sweep.name,
        "created_at": sweep.created_at,
        "spec": sweep.spec,
        "runs": [run.id for run in runs],
        "states": dict(sorted(counts.items())),
    }


def _board_columns(found: Standings) -> list[Column]:
    """One row a setting; what all rows lack has no column."""
    show = found.measure.show
    places = found.places
    words = list(zip(*(found.words(place) for place in places), strict=True))

    def column(
        title: str, text: Callable[[Standing], str], *, right: bool = True, rank: int = 0
    ) -> Column:
        return Column(title, tuple(text(place) for place in places), right, rank)

    settings = [
        Column(title, cells, setting(field).numeric)
        for title, field, cells in zip(found.titles, found.fields, words, strict=True)
    ]
    columns = [
        Column("place", tuple(str(place) for place in range(1, len(places) + 1))),
        *settings,
        column(found.measure.short, lambda place: spread_text(place.final, show)),
        column("behind", lambda place: behind_text(place.behind, show), rank=4),
        column("seeds", seeds_text, rank=2),
        column("epochs", epochs_text, rank=3),
        column("best", lambda place: spread_text(place.best, show), rank=5),
        column("why", why_text, right=False, rank=1),
    ]
    return [column for column in columns if not column.empty]


def _board_json(sweep: SweepRow, found: Standings) -> dict[str, Any]:
    return {
        "sweep": {"id": sweep.id, "name": sweep.name},
        "metric": found.measure.name,
        "settings": [
            {
                "place": place,
                "setting": _setting_json(found, standing),
                "mean": _number(standing.final, "mean"),
                "std": _number(standing.final, "std"),
                "n": 0 if standing.final is None else standing.final.n,
                "best_mean": _number(standing.best, "mean"),
                "best_std": _number(standing.best, "std"),
                "behind_mean": _number(standing.behind, "mean"),
                "behind_std": _number(standing.behind, "std"),
                "runs": [result.run_id for result in standing.results],
                "seeds": [result.seed for result in standing.results],
                "values": [_finite(result.final) for result in standing.results],
                "epochs_done": [result.epochs for result in standing.results],
                "epochs_planned": standing.planned,
                "failed": standing.failed,
                "unfinished": standing.unfinished,
                "reasons": [result.why or None for result in standing.results],
            }
            for place, standing in enumerate(found.places, start=1)
        ],
    }


def _setting_json(found: Standings, standing: Standing) -> dict[str, Any]:
    pairs = zip(found.fields, standing.setting, strict=True)
    return {field: list(value) if isinstance(value, tuple) else value for field, value in pairs}


def _number(spread: Spread | None, name: str) -> float | None:
    return None if spread is None else getattr(spread, name)


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
