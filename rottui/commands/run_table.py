"""The columns of the tables of runs and of epochs, and the orders that runs can be put in."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

from rottui.commands.queue_words import NOWHERE, Standing, group_name
from rottui.commands.tables import Column
from rottui.commands.texts import state_style
from rottui.core.config import NetworkConfig, format_lr
from rottui.store.records import EpochRow, RunRow
from rottui.store.states import ENDED, State
from rottui.tui.widgets.formats import (
    format_degrees,
    format_duration,
    format_loss,
    format_pace,
    format_share,
)

NAME_WIDTH = 16
"""Characters that a name keeps on a narrow screen: its begin and its end tell runs apart."""
MOST_NEEDS = 3
"""Runs that a cell names of those that a run waits for."""


def run_columns(runs: Sequence[RunRow], now: float, where: Standing = NOWHERE) -> list[Column]:
    """One row a run; a cell that has no value yet is a dash.

    What few runs have (a priority, a group, others that they wait for, a reason) has a column only
    where it says something.
    """

    def column(
        title: str,
        text: Callable[[RunRow], str],
        *,
        right: bool = True,
        rank: int = 0,
        said: Callable[[RunRow], bool] | None = None,
    ) -> Column:
        return Column(
            title,
            tuple(text(run) for run in runs),
            right,
            rank,
            style=state_style if title == "state" else None,
            least=NAME_WIDTH if title == "name" else None,
            said=said is not None and all(said(run) for run in runs),
        )

    def metric(name: str, text: Callable[[float], str] = format_loss) -> Callable[[RunRow], str]:
        return lambda run: "-" if run.last is None else _cell(run.last, name, text)

    circular = any(run.last and run.last.measured("test_circular_mae_deg") for run in runs)

    def network_said(run: RunRow) -> bool:
        return run.name.startswith(f"{network_label(run)} ")

    def lr_said(run: RunRow) -> bool:
        return run.name.endswith(f" {_lr(run)}")

    def group(run: RunRow) -> str:
        return group_name(where.group_of(run)) if grouped else ""

    grouped = any(group.kind == "group" for group in map(where.group_of, runs) if group)
    few = [
        (title, text, rank)
        for title, text, rank in (
            ("prio", _priority, 6),
            ("after", _after, 6),
            ("group", group, 7),
            ("tags", lambda run: " ".join(run.tags), 8),
            ("why", lambda run: _why(run) or (where.never(run) and where.waits_for(run)) or "", 11),
        )
        if any(map(text, runs))
    ]
    return [
        column("id", lambda run: str(run.id)),
        column("state", lambda run: str(run.state), right=False),
        column("name", lambda run: run.name, right=False, rank=5),
        column("network", network_label, right=False, rank=6, said=network_said),
        column("lr", _lr, rank=2, said=lr_said),
        column("epoch", lambda run: f"{run.epochs_done}/{run.epochs}", rank=1),
        column("train loss", metric("train_loss"), rank=8),
        column("test loss", metric("test_loss"), rank=4),
        column("test MAE", metric("test_mae"), rank=7),
        column("MAE °", metric("test_mae_deg", format_degrees), rank=6 if circular else 3),
        column("circ °", metric("test_circular_mae_deg", format_degrees), rank=3),
        column("best loss", _best, right=False, rank=9),
        column("time", lambda run: _time(run, now), rank=10),
        *(column(title, text, right=title == "prio", rank=rank) for title, text, rank in few),
    ]


def epoch_columns(
    epochs: Sequence[EpochRow], best: EpochRow | None, *, every_metric: bool = False
) -> list[Column]:
    """One row an epoch; the best one is marked."""

    def column(title: str, cells: Iterable[str], *, right: bool = True, rank: int = 0) -> Column:
        return Column(title, tuple(cells), right, rank)

    def metric(
        title: str, name: str, rank: int, text: Callable[[float], str] = format_degrees
    ) -> Column:
        return column(title, (_cell(row, name, text) for row in epochs), rank=rank)

    def mark(row: EpochRow) -> str:
        return "best" if best is not None and row.epoch == best.epoch else ""

    return [
        column("epoch", (str(row.epoch) for row in epochs)),
        column("step", (str(row.step) for row in epochs), rank=7),
        column("train loss", (format_loss(row.train_loss) for row in epochs)),
        column("test loss", (format_loss(row.test_loss) for row in epochs)),
        column("train MAE", (format_loss(row.train_mae) for row in epochs)),
        column("test MAE", (format_loss(row.test_mae) for row in epochs)),
        metric("train MAE °", "train_mae_deg", 3),
        metric("test MAE °", "test_mae_deg", 2),
        metric("circ °", "test_circular_mae_deg", 1),
        *(
            (
                metric("median °", "test_median_deg", 4),
                metric("flips %", "test_flips", 5, format_share),
                metric("axial °", "test_axial_mae_deg", 6),
            )
            if every_metric
            else ()
        ),
        column("seconds", (format_pace(row.seconds) for row in epochs), rank=8),
        column("", (mark(row) for row in epochs), right=False),
    ]


SORTS: dict[str, Callable[[RunRow], object]] = {
    "id": lambda run: run.id,
    "name": lambda run: run.name,
    "state": lambda run: list(State).index(run.state),
    "network": lambda run: network_label(run),
    "lr": lambda run: run.config.get("lr"),
    "epoch": lambda run: run.epochs_done,
    "train_loss": lambda run: run.last and run.last.train_loss,
    "test_loss": lambda run: run.last and run.last.test_loss,
    "train_mae": lambda run: run.last and run.last.train_mae,
    "test_mae": lambda run: run.last and run.last.test_mae,
    "train_mae_deg": lambda run: run.last and run.last.train_mae_deg,
    "test_mae_deg": lambda run: run.last and run.last.test_mae_deg,
    "train_circular_mae_deg": lambda run: run.last and run.last.train_circular_mae_deg,
    "test_circular_mae_deg": lambda run: run.last and run.last.test_circular_mae_deg,
    "test_median_deg": lambda run: run.last and run.last.test_median_deg,
    "test_flips": lambda run: run.last and run.last.test_flips,
    "test_axial_mae_deg": lambda run: run.last and run.last.test_axial_mae_deg,
    "best": lambda run: run.best and run.best.test_loss,
    "time": lambda run: run.seconds,
}
"""What ``--sort`` takes, and the value of a run that it sorts by."""


def ordered(runs: Iterable[RunRow], sort: str) -> list[RunRow]:
    """The runs by rising value; those without a value, or with NaN, come last."""

    def key(run: RunRow) -> tuple[bool, object]:
        value = SORTS[sort](run)
        missing = value is None or (isinstance(value, float) and math.isnan(value))
        return (missing, 0 if missing else value)

    return sorted(runs, key=key)


def _cell(row: EpochRow, name: str, text: Callable[[float], str]) -> str:
    value = row.measured(name)
    return "-" if value is None else text(value)


def network_label(run: RunRow) -> str:
    """A few words such as ``cnn 16-32-45 · 128``; ``?`` for a damaged config."""
    network = run.config.get("network")
    return NetworkConfig.model_construct(**network).label if isinstance(network, dict) else "?"


def _lr(run: RunRow) -> str:
    lr = run.config.get("lr")
    return format_lr(lr) if isinstance(lr, int | float) else "?"


def _best(run: RunRow) -> str:
    return "-" if run.best is None else f"{format_loss(run.best.test_loss)} @ {run.best.epoch}"


def _priority(run: RunRow) -> str:
    return str(run.priority) if run.priority and run.state not in ENDED else ""


def _after(run: RunRow) -> str:
    """The runs that must be done before it is trained; nothing once it has ended."""
    needs = run.needs if run.state not in ENDED else ()
    named = ", ".join(map(str, needs[:MOST_NEEDS]))
    return f"{named}, …" if len(needs) > MOST_NEEDS else named


def _why(run: RunRow) -> str:
    """Why a run ended early in order, or waits, in a few words; else empty."""
    if run.at_rung:
        return f"waits at epoch {run.until}"
    return (run.reason or "").partition(":")[0]


def _time(run: RunRow, now: float) -> str:
    """Time from the start to the end, or until now; what its epochs took while it waits."""
    if run.started_at is not None and (run.state in ENDED or run.state is State.RUNNING):
        return format_duration(max(0.0, (run.ended_at or now) - run.started_at))
    if run.seconds is not None and run.epochs_done:
        return format_duration(run.seconds * run.epochs_done)
    return "-"
