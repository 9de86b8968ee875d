"""Images in pairs: each as it is, and beside it another view of it, under one line of words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Container, Horizontal, Vertical

from rottui.core.shapes import IMAGE_SIZE
from rottui.tui.charts.cells import Span
from rottui.tui.ramps import Depth
from rottui.tui.widgets.image import Image, ImageView
from rottui.tui.widgets.lines import Lines

BETWEEN = 1
"""Columns between the two images of a pair."""
GAP = 2
"""Columns between two pairs."""
SMALLEST = 10
"""Pixels of a side below which garments are not recognised."""
WANTED = 4
"""Pairs that there should be before images grow."""
MOST = 24


@dataclass(frozen=True, slots=True)
class Pair:
    """Two images and what is said of both."""

    words: tuple[str, ...]
    """In order of weight: those that fit are shown."""
    left: Image
    right: Image


@dataclass(frozen=True, slots=True)
class Arrangement:
    """How many pairs there are, and how large."""

    across: int
    down: int
    pixels: int
    """Columns of an image; it takes half as many rows."""

    @property
    def count(self) -> int:
        """Pairs on the screen."""
        return self.across * self.down

    @property
    def width(self) -> int:
        """Columns of a pair."""
        return 2 * self.pixels + BETWEEN

    @property
    def height(self) -> int:
        """Rows of a pair, with the line above both and the one above each."""
        return self.pixels // 2 + 2


def arrange(width: int, height: int) -> Arrangement:
    """The largest images of which four pairs fit, else of which most pairs fit."""
    best = Arrangement(1, 1, SMALLEST)
    for pixels in range(IMAGE_SIZE, SMALLEST - 1, -2):
        size = Arrangement(1, 1, pixels)
        across, down = (width + GAP) // (size.width + GAP), height // size.height
        fitting = Arrangement(across, min(down, MOST // max(1, across)), pixels)
        if fitting.count > best.count or (fitting.count == 1 and best.pixels < pixels):
            best = fitting
        if best.count >= WANTED:
            break
    return best


class PairView(Vertical):
    """One pair on the screen."""

    DEFAULT_CSS = """
    PairView { width: 1fr; height: 1fr; }
    PairView > Lines { height: 1; }
    """

    def __init__(self, *, ascii: bool, depth: Depth | None) -> None:
        super().__init__()
        self._pair: Pair | None = None
        self._words = Lines()
        self._left = ImageView(ascii=ascii, depth=depth)
        self._right = ImageView(ascii=ascii, depth=depth)

    @property
    def pair(self) -> Pair | None:
        """What is shown."""
        return self._pair

    def compose(self) -> ComposeResult:
        """The words, and the two images below them."""
        yield self._words
        self._left.styles.margin = (0, BETWEEN, 0, 0)
        with Horizontal():
            yield self._left
            yield self._right

    def on_resize(self) -> None:
        """More or fewer words fit now."""
        self._paint()

    def show(self, pair: Pair | None) -> None:
        """Show this pair, or nothing."""
        self._pair = pair
        self._paint()

    def _paint(self) -> None:
        if not self.size:
            return  # what is shown now is painted when there is a place for it
        pair = self._pair
        self._left.show(None if pair is None else pair.left)
        self._right.show(None if pair is None else pair.right)
        words = () if pair is None else fitting(pair.words, self.size.width)
        self._words.set_rows(((Span("  ".join(words)),),))


def fitting(words: Sequence[str], width: int) -> tuple[str, ...]:
    """The words that fit beside each other, two columns apart; one too long makes way."""
    kept: list[str] = []
    for word in words:
        if len("  ".join((*kept, word))) <= width:
            kept.append(word)
    return tuple(kept)


class Gallery(Container):
    """As many pairs as there is room for."""

    DEFAULT_CSS = """
    Gallery { layout: grid; grid-size: 2; grid-gutter: 0 2; width: 1fr; height: 1fr; }
    """

    def __init__(
        self, *, ascii: bool = False, depth: Depth | None = None, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self._ascii = ascii
        self._depth = depth
        self._count = 0

    def make_room(self, width: int, height: int) -> int:
        """Arrange the pairs in so many cells; how many there are."""
        plan = arrange(width, height)
        self.styles.grid_size_columns = plan.across
        self.styles.grid_columns = str(plan.width)
        self.styles.grid_rows = str(plan.height)
        missing = plan.count - len(self.query(PairView))
        if missing > 0:
            self.mount(*(PairView(ascii=self._ascii, depth=self._depth) for _ in range(missing)))
        self._count = plan.count
        return plan.count

    def show(self, pairs: Sequence[Pair]) -> None:
        """Show these, and empty the rest."""
        for position, view in enumerate(self.query(PairView)):
            view.display = position < self._count
            view.show(pairs[position] if position < min(len(pairs), self._count) else None)
