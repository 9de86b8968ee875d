"""Rows of text in the theme's colour tokens, painted by the line API only where they changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.segment import Segment
from rich.style import Style
from textual.color import Color, ColorParseError
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from rottui.tui.charts.cells import Row, columns
from rottui.tui.theming import token_defaults

ATTRIBUTES = frozenset({"bold", "dim", "italic", "reverse", "underline"})


class Lines(Widget):
    """Rows from the top; what is too wide is cut at the right edge, what is too much below.

    A style is a colour token or a variable of the theme, the same as a background after ``on-``,
    ``bold`` and the like, or several of them with spaces between.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = "Lines { width: 1fr; height: 1fr; }"

    def __init__(
        self, rows: Sequence[Row] = (), *, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._rows: tuple[Row, ...] = tuple(rows)
        self._strips: dict[int, Strip] = {}
        self._styles: dict[str, Style] = {}
        self._colours: Mapping[str, str] | None = None

    @property
    def rows(self) -> tuple[Row, ...]:
        """What is shown."""
        return self._rows

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show these rows; only those that differ are painted again."""
        old, self._rows = self._rows, tuple(rows)
        longest = max(len(old), len(self._rows))
        for y in range(longest):
            before = old[y] if y < len(old) else None
            after = self._rows[y] if y < len(self._rows) else None
            if before != after:
                self._strips.pop(y, None)
                if y < self.size.height:
                    self.refresh(Region(0, y, self.size.width, 1))

    def on_resize(self) -> None:
        """Every line has another width now."""
        self._strips.clear()
        self.refresh()

    def notify_style_update(self) -> None:
        """Forget what was drawn in other colours."""
        super().notify_style_update()
        self._strips.clear()
        self._styles.clear()
        self._colours = None

    def render_line(self, y: int) -> Strip:
        """One line of exactly the widget's width, every segment with a style."""
        strip = self._strips.get(y)
        if strip is None:
            strip = self._strips[y] = self._draw(y)
        return strip

    def _draw(self, y: int) -> Strip:
        row = self._rows[y] if y < len(self._rows) else ()
        width, base = self.size.width, self.style_of("")
        segments = [Segment(span.text, self.style_of(span.style)) for span in row if span.text]
        used = columns(row)
        if used < width:
            segments.append(Segment(" " * (width - used), base))
            used = width
        strip = Strip(segments, used)
        return strip.crop(0, width) if used > width else strip

    def style_of(self, name: str) -> Style:
        """The whole style of a name; the widget's own for an empty or unknown one."""
        style = self._styles.get(name)
        if style is None:
            style = self.rich_style
            for part in name.split():
                style += self._part(part)
            self._styles[name] = style
        return style

    def _part(self, name: str) -> Style:
        if name in ATTRIBUTES:
            return Style.parse(name)
        if name.startswith("on-"):
            ground = self.colour_of(name.removeprefix("on-"))
            return Style.null() if ground is None else Style(bgcolor=ground.rich_color)
        colour = self.colour_of(name)
        return Style.null() if colour is None else Style(color=colour.rich_color)

    def colour_of(self, token: str) -> Color | None:
        """The theme's colour for a token, on this widget's background; None if there is none."""
        if self._colours is None:
            variables = self.app.theme_variables
            self._colours = {**token_defaults(variables), **variables}
        try:
            colour = Color.parse(self._colours[token])
        except (KeyError, ColorParseError):
            return None
        return colour if colour.ansi is not None else self.background_colors[1] + colour
