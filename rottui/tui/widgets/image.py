"""An image on the screen, with its title, its scale and its numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.strip import Strip

from rottui.tui.charts.cells import Row, Span, fit
from rottui.tui.pixels import Piece, Pixels, extent, fitted, lost_count, picture, scale
from rottui.tui.ramps import RGB, Depth, Look, Ramp, ramp
from rottui.tui.widgets.lines import Lines


def depth_of(app: App[Any], *, ascii: bool = False) -> Depth:
    """What the app's terminal can show."""
    if ascii or app.no_color:
        return Depth.NONE
    systems = {
        "truecolor": Depth.TRUE,
        "256": Depth.COLOURS_256,
        "standard": Depth.COLOURS_16,
        "windows": Depth.COLOURS_16,
    }
    return systems.get(app.console.color_system or "", Depth.NONE)


@dataclass(frozen=True, slots=True)
class Image:
    """What an ``ImageView`` shows."""

    pixels: Pixels
    """Rows of values, the top row first."""
    title: str
    look: Look = Look.GREY
    low: float = 0.0
    high: float | None = None
    """Value of the ramp's end; the largest value of the image when None."""
    scaled: bool = True
    """Whether a line says what dark and light mean."""
    notes: tuple[str, ...] = ()
    """Lines below the scale."""
    frame: int = 0
    """Pixels of a square whose place the image takes, so that neighbours align; 0 for none."""


class ImageView(Lines):
    """Paints an ``Image`` when it, the size or the colours change, and never otherwise.

    The picture takes what the other lines leave; ``depth`` overrides what the terminal reports.
    """

    DEFAULT_CSS = "ImageView { width: 1fr; height: 1fr; }"

    def __init__(
        self, *, ascii: bool = False, depth: Depth | None = None, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self._ascii = ascii
        self._depth = depth
        self._image: Image | None = None
        self._pieces: dict[int, tuple[Piece, ...]] = {}

    @property
    def image(self) -> Image | None:
        """What is shown."""
        return self._image

    def show(self, image: Image | None) -> None:
        """Show this image; the same one again costs nothing."""
        if image is self._image or image == self._image:
            return
        self._image = image
        self._lay_out()
        self.refresh()

    def meaning(self, low: float, high: float, look: Look = Look.GREY) -> str:
        """What dark and light stand for, in words: ``dark is 0, light is 255``."""
        colours = self._ramp(look)
        return f"{colours.low_word} is {low:g}, {colours.high_word} is {high:g}"

    def on_resize(self) -> None:
        """Fit the picture to the new size."""
        super().on_resize()
        self._lay_out()

    def notify_style_update(self) -> None:
        """The ramp depends on the theme."""
        super().notify_style_update()
        if self.is_mounted:
            self._lay_out()

    def _lay_out(self) -> None:
        self._strips.clear()
        self._pieces = {}
        image, (width, height) = self._image, self.size
        if image is None or width <= 0 or height <= 0:
            self._rows = ()
            return
        below = [fit((Span(note, "chart-axis"),), width, self._cut) for note in image.notes]
        room = height - 1 - len(below) - (1 if image.scaled else 0)
        colours = self._ramp(image.look)
        found = extent(image.pixels)
        high = image.high if image.high is not None else (found[1] if found else image.low)
        framed = fitted(image.frame, image.frame, width, room)
        drawn = picture(
            image.pixels,
            framed[0] or width,
            (framed[1] + 1) // 2 or room,
            colours,
            low=image.low,
            high=high,
            exact_zero=image.look is Look.ERROR,
        )
        heading = fit((Span(image.title, "bold on-panel"),), drawn.width or width, self._cut)
        rows: list[Row] = [tuple(Span(span.text, "bold on-panel") for span in heading)]
        for pieces in drawn.rows:
            self._pieces[len(rows)] = pieces
            rows.append(())
        rows += [()] * ((framed[1] + 1) // 2 - len(drawn.rows))
        if image.scaled:
            wide = max(drawn.width, framed[0])
            self._pieces[len(rows)] = self._scale(image, colours, high, width, wide)
            rows.append(())
        self._rows = (*rows, *below)

    @property
    def _cut(self) -> str:
        return "~" if self._ascii else "…"

    def _scale(
        self, image: Image, colours: Ramp, high: float, width: int, picture_width: int
    ) -> tuple[Piece, ...]:
        low, top = _short(image.low), _short(high)
        lost = lost_count(image.pixels)
        if lost:
            text = f"{lost} not finite, {low} to {top}"
            return (Piece(text if len(text) <= width else f"{lost} not finite"[:width], lost=True),)
        if not high > image.low:
            return (Piece(f"all {low}"[:width]),)
        return scale(colours, low, top, max(picture_width, min(width, 20)))

    def _ramp(self, look: Look) -> Ramp:
        depth = self._depth or depth_of(self.app, ascii=self._ascii)
        stops = tuple(self._rgb(f"map-{name}") for name in ("low", "mid", "high"))
        known = None if None in stops else stops
        return ramp(look, depth, dark=self.app.current_theme.dark, stops=known)  # type: ignore[arg-type]

    def _rgb(self, token: str) -> RGB | None:
        colour = self.colour_of(token)
        return None if colour is None or colour.ansi is not None else colour.rgb

    def _draw(self, y: int) -> Strip:
        pieces = self._pieces.get(y)
        if pieces is None:
            return super()._draw(y)
        width = self.size.width
        segments = [Segment(piece.text, self._style_of_piece(piece)) for piece in pieces]
        used = sum(len(piece.text) for piece in pieces)
        if used < width:
            segments.append(Segment(" " * (width - used), self.style_of("")))
        strip = Strip(segments, max(used, width))
        return strip.crop(0, width) if used > width else strip

    def _style_of_piece(self, piece: Piece) -> Style:
        if piece.lost:
            return self.style_of("run-failed")
        if piece.upper is None:
            return self.style_of("")
        below = None if piece.lower is None else RichColor.from_rgb(*piece.lower)
        return self.style_of("") + Style(color=RichColor.from_rgb(*piece.upper), bgcolor=below)


def _short(value: float) -> str:
    """Three significant digits: ``0.131``, ``1.2e-5``."""
    mantissa, mark, exponent = f"{value:.3g}".partition("e")
    return f"{mantissa}e{int(exponent)}" if mark else mantissa
