"""Writes cells that have changed, and knows where the terminal's cursor is and how it draws."""

from __future__ import annotations

from collections.abc import Sequence

from rottui.tui.output.cells import CONTINUES, Cell
from rottui.tui.output.looks import PLAIN, Look, transition


class Pen:
    """Gathers what is to be written to a terminal whose state it follows."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._x: int | None = None  # unknown after an unsure character
        self._y: int | None = None
        self._look: Look = PLAIN

    @property
    def text(self) -> str:
        """All that was gathered; the terminal draws plain after it."""
        return "".join(self._parts) + transition(self._look, PLAIN)

    def draw(self, y: int, shown: Sequence[Cell | None], wanted: Sequence[Cell]) -> None:
        """Write what differs in one line.

        Args:
            y: the line, from 0.
            shown: what the terminal shows; None where that is not known.
            wanted: what it shall show; as many cells.
        """
        x = 0
        while x < len(wanted):
            width = 1
            while x + width < len(wanted) and wanted[x + width].text == CONTINUES:
                width += 1
            if any(shown[at] != wanted[at] for at in range(x, x + width)):
                self._reach(x, y, wanted)
                self._put(wanted[x], width)
            x += width

    def go(self, x: int, y: int) -> None:
        """Leave the cursor at a place."""
        if (self._x, self._y) != (x, y):
            self._parts.append(f"\x1b[{y + 1};{x + 1}H")
            self._x, self._y = x, y

    def _put(self, cell: Cell, width: int) -> None:
        if not self._draws(cell):
            self._parts.append(transition(self._look, cell.look))
            self._look = cell.look
        self._parts.append(cell.text)
        if self._x is not None:
            self._x = self._x + width if cell.sure else None

    def _reach(self, x: int, y: int, wanted: Sequence[Cell]) -> None:
        """Go to a place by what is shortest: a jump, a step, or the cells between, once more."""
        if self._y != y or self._x is None:
            if self._y is not None and self._x == x and y > self._y:
                self._parts.append(_step(y - self._y, "B"))
            else:
                self._parts.append(f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H")
            self._x, self._y = x, y
            return
        if self._x == x:
            return
        between = wanted[self._x : x]
        step = _step(x - self._x, "C")
        again = "".join(cell.text for cell in between)
        alike = all(cell.sure and self._draws(cell) for cell in between)
        self._parts.append(again if alike and len(again.encode()) <= len(step) else step)
        self._x = x

    def _draws(self, cell: Cell) -> bool:
        """Whether a cell looks as it shall without another code."""
        return cell.look == (self._look.on_blank if cell.text == " " else self._look)


def _step(count: int, direction: str) -> str:
    return f"\x1b[{count if count > 1 else ''}{direction}"
