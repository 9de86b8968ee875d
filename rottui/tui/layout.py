"""Where the panes stand, which are hidden, and how large they are (pure)."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, replace

SIDE = ("configure", "details")
"""Panes that share the place at the side: the form while it has the floor, else the details."""
STAGE = ("charts", "sweep", "equivariance", "data", "predictions", "system")
"""Panes that share the place below the queue."""
ROOMY = frozenset({"equivariance", "data", "predictions"})
"""Panes of the stage that have the room of the side, too, while active on a wide screen."""
WIDE, HUGE = 110, 170
"""Columns from which several panes are on the screen, and from which they are larger."""

SIDE_WIDTHS = (45, 55)
"""Of the side on a wide and on a huge screen, in cells, unless a person has moved its border."""
QUEUE_HEIGHTS = (13, 19)
"""Of the queue, likewise."""
LEAST_SIDE, LEAST_RIGHT = 24, 48
LEAST_QUEUE, LEAST_STAGE = 4, 9
"""Cells below which a border cannot be moved."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is on the screen."""

    side: str | None = None
    queue: bool = False
    stage: str | None = None

    @property
    def panes(self) -> tuple[str, ...]:
        """The panes that are seen, left to right and top to bottom."""
        return tuple(
            pane for pane in (self.side, "queue" if self.queue else None, self.stage) if pane
        )


@dataclass(frozen=True, slots=True)
class Layout:
    """What a person has made of the screen; every change is a new one."""

    active: str = "configure"
    """The pane that has the floor."""
    stage: str = "charts"
    """The pane of the stage that was chosen last."""
    hidden: frozenset[str] = frozenset()
    """Panes that leave their place to others until somebody goes to them."""
    zoomed: bool = False
    """Whether the active pane has the screen for itself."""
    column: int | None = None
    """Cells left of the border between side and queue; as the screen wants it if None."""
    row: int | None = None
    """Cells of the queue above the border to the stage, likewise."""

    def going_to(self, pane: str) -> Layout:
        """With another pane active; it is seen from now on if it was hidden."""
        stage = pane if pane in STAGE else self.stage
        return replace(self, active=pane, stage=stage, hidden=self.hidden - {pane})

    def seen(self, width: int, panes: Collection[str], *, runs: bool) -> Seen:
        """What a screen of ``width`` cells shows of the panes there are.

        ``runs`` says whether there is a run whose details could be told.
        """
        if self.alone(width):
            side = self.active if self.active in SIDE else None
            stage = self.active if self.active in STAGE else None
            return Seen(side, self.active == "queue", stage)
        stage = None if self.stage in self.hidden or self.stage not in panes else self.stage
        return Seen(self._side(width, panes, runs), "queue" not in self.hidden, stage)

    def alone(self, width: int) -> bool:
        """Whether the active pane has the whole screen, by wish or for want of room."""
        return self.zoomed or width < WIDE

    def _side(self, width: int, panes: Collection[str], runs: bool) -> str | None:
        if self.active in SIDE:
            return self.active
        if self.active in ROOMY and width < HUGE:
            return None
        side = "details" if runs and "details" in panes else "configure"
        return None if side in self.hidden else side

    def hiding(self, width: int, panes: Collection[str], *, runs: bool) -> Layout | None:
        """With the active pane hidden and the next one active; None where it is the only one."""
        rest = replace(self, hidden=self.hidden | {self.active}, active="queue")
        seen = [pane for pane in rest.seen(width, panes, runs=runs).panes if pane != self.active]
        if self.alone(width) or not seen:
            return None
        return replace(rest, active="queue" if "queue" in seen else seen[-1])

    # --- the borders -------------------------------------------------------------------------

    def side_width(self, width: int) -> int:
        """Cells of the side on a screen of that width."""
        usual = SIDE_WIDTHS[width >= HUGE]
        wanted = usual if self.column is None else self.column
        return max(LEAST_SIDE, min(wanted, width - 1 - LEAST_RIGHT))

    def queue_height(self, width: int, height: int) -> int:
        """Cells of the queue, where the panes have ``height`` cells in all."""
        usual = QUEUE_HEIGHTS[width >= HUGE]
        wanted = usual if self.row is None else self.row
        return max(LEAST_QUEUE, min(wanted, height - 1 - LEAST_STAGE))

    def with_column(self, column: int, width: int) -> Layout:
        """With the border between the columns there, or as near as it goes."""
        moved = replace(self, column=column)
        return replace(self, column=moved.side_width(width))

    def with_row(self, row: int, width: int, height: int) -> Layout:
        """With the border below the queue there, or as near as it goes."""
        moved = replace(self, row=row)
        return replace(self, row=moved.queue_height(width, height))

    # --- from one launch to the next ---------------------------------------------------------

    def to_json(self) -> str:
        """What lasts: the borders, what is hidden, and what was on the stage."""
        return json.dumps(
            {
                "column": self.column,
                "row": self.row,
                "hidden": sorted(self.hidden),
                "stage": self.stage,
            }
        )

    @classmethod
    def from_json(cls, text: str | None) -> Layout:
        """What ``to_json`` kept; a text that says nothing sound counts as none."""
        try:
            kept = json.loads(text or "{}")
        except ValueError:
            kept = {}
        if not isinstance(kept, dict):
            kept = {}
        hidden, stage = kept.get("hidden"), kept.get("stage")
        return cls(
            stage=stage if stage in STAGE else "charts",
            hidden=frozenset(name for name in hidden if isinstance(name, str))
            if isinstance(hidden, list)
            else frozenset(),
            column=_cells(kept.get("column")),
            row=_cells(kept.get("row")),
        )


def _cells(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
