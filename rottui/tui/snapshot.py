"""What the screen knows at one moment: read from the store in one go, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rottui.engine.forecast import Forecast
from rottui.store.records import EpochRow, EventRow, HeldBack, RunRow, SweepRow


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The runs and the curves that are on the screen."""

    runs: tuple[RunRow, ...] = ()
    """Every run, in the order of the queue."""
    epochs: Mapping[int, tuple[EpochRow, ...]] = field(default_factory=dict)
    """Curves of the runs that the charts show, by run id."""
    sweeps: Mapping[int, SweepRow] = field(default_factory=dict)
    """Every sweep, by its id."""
    all_paused: bool = False
    """Whether no run is begun until a person lets everything go on."""
    held: Mapping[int, HeldBack] = field(default_factory=dict)
    """What keeps queued runs from being trained, by run id."""
    now: float = 0.0
    """When it was read, in seconds since 1970."""
    events: Mapping[int, tuple[EventRow, ...]] = field(default_factory=dict)
    """What happened to the runs that the charts show, by run id: what has a place in them."""
    forecast: Forecast = field(default_factory=lambda: Forecast(0, 0))
    """When the queue will be empty; some seconds old where the store is large."""
    _by_id: Mapping[int, RunRow] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_id", {run.id: run for run in self.runs})

    def run(self, run_id: int) -> RunRow | None:
        """The run with that id, or None when it is gone."""
        return self._by_id.get(run_id)
