"""The pane of images: what the networks see, and the angles they are to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.message import Message
from textual.widget import Widget

from rottui.core.shapes import IMAGE_SIZE
from rottui.tui.charts.cells import ASCII, UNICODE, Span, flow
from rottui.tui.equivariance_view import no_image
from rottui.tui.keymap import bindings
from rottui.tui.pixels import values_of
from rottui.tui.ramps import Depth
from rottui.tui.widgets.ask_line import AskLine
from rottui.tui.widgets.glyphs import to_ascii
from rottui.tui.widgets.image import Image, ImageView
from rottui.tui.widgets.lines import Lines

FIRST = 3
"""The seed looks at three images."""
MOST = 24
"""Images on the largest screen."""
WIDE, HIGH = IMAGE_SIZE + 2, IMAGE_SIZE // 2 + 3
"""Cells of an image with its two lines and the gap to the next."""


@dataclass(frozen=True, slots=True)
class Picked:
    """One image of a split."""

    pixels: Any
    """``(28, 28)`` grey values 0..255."""
    angle: float
    """Degrees counter-clockwise by which the garment was turned."""
    class_name: str = ""


@dataclass(frozen=True, slots=True)
class DataPage:
    """What the app answers to a request."""

    split: str
    first: int
    """Index of the first image, from 0."""
    images: Sequence[Picked]
    train_size: int
    test_size: int
    source: str
    fingerprint: str = ""
    notes: Sequence[str] = ()

    @property
    def total(self) -> int:
        """Images of the split."""
        return self.train_size if self.split == "train" else self.test_size


def across_and_down(width: int, height: int) -> tuple[int, int]:
    """Columns and rows of images: three beside each other as the seed's, more on large screens."""
    across = max(FIRST, (width + 2) // WIDE) if width >= 14 * FIRST else max(1, width // 14)
    across = min(across, 8)
    return across, max(1, min(height // HIGH, MOST // across))


class DataPane(Widget, can_focus=True):
    """Shows pages of images that the app has read."""

    scope: ClassVar[str] = "data"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("data")]
    DEFAULT_CSS = """
    DataPane { layout: vertical; width: 1fr; height: 1fr; }
    DataPane > #data-status { height: 2; }
    DataPane > #data-images {
        layout: grid; grid-size: 3; grid-gutter: 1 2; width: 1fr; height: 1fr;
    }
    """

    @dataclass
    class Requested(Message):
        """Images are wanted; the answer goes to ``show`` or ``show_error`` with this number."""

        number: int
        split: str
        first: int
        count: int

    @dataclass
    class SourceWanted(Message):
        """Another source's images are wanted: those of the form, or of the chosen run."""

    def __init__(
        self, *, ascii: bool = False, depth: Depth | None = None, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self._ascii = ascii
        self._more = (ASCII if ascii else UNICODE).more
        self._depth = depth
        self._split = "train"
        self._first = 0
        self._count = 0
        self._unasked = True
        """Whether nobody has been asked yet for what the pane should show."""
        self._requested = 0
        self._answered = 0
        self._page: DataPage | None = None
        self._problem = ""
        self._waiting_for = ""

    def compose(self) -> ComposeResult:
        """Status, images, and the line to type in."""
        yield Lines(id="data-status")
        with Container(id="data-images"):
            for _ in range(FIRST):
                yield self._image_view()
        yield AskLine("the number of an image", ascii=self._ascii)

    def _image_view(self) -> ImageView:
        return ImageView(ascii=self._ascii, depth=self._depth)

    # Between the app and the pane

    @property
    def page(self) -> DataPage | None:
        """What is on the screen."""
        return self._page

    def request(self) -> None:
        """Ask for the present page, again if need be (because the data are others now).

        A pane that is hidden asks when it is seen.
        """
        self._unasked = not self.size
        if self._unasked:
            return
        self._requested += 1
        self._problem = ""
        self.post_message(
            self.Requested(self._requested, self._split, self._first, max(1, self._count))
        )
        self._paint_status()

    def show(self, page: DataPage, *, number: int | None = None) -> None:
        """Paint a page; one that is older than what is on the screen is ignored."""
        if not self._is_news(number):
            return
        self._page, self._problem, self._waiting_for = page, "", ""
        past_the_end = page.first >= page.total or not page.images
        if past_the_end and self._answered == self._requested:
            # Other data, with fewer images than the last ones.
            count = max(1, self._count)
            self._go(page.split, max(0, page.total - 1) // count * count)
            if self._answered < self._requested:
                return
        self._paint()

    def show_error(self, sentence: str, *, number: int | None = None) -> None:
        """Say why there are no images."""
        if self._is_news(number):
            self._problem, self._waiting_for = sentence, ""
            self._paint_status()

    def show_loading(self, what: str, done: int = 0, total: int = 0) -> None:
        """Say what is being read and how far it is."""
        progress = f": {done:,} of {total:,}" if total else ""
        self._waiting_for = f"{what}{progress}"
        self._paint_status()

    def _is_news(self, number: int | None) -> bool:
        number = self._requested if number is None else number
        if number < self._answered or number > self._requested:
            return False
        self._answered = number
        return True

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While something is typed, the keys belong to the line."""
        del parameters
        own = {"page", "split", "ask", "source", "reset"}
        return not (action in own and self.is_mounted and self.query_one(AskLine).asking)

    def action_page(self, by: int) -> None:
        """The next images, or those before; the ends hold."""
        target = self._first + by * max(1, self._count)
        total = self._total
        if total is not None and target >= total:
            return
        self._go(self._split, max(0, target))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The next images."""
        event.stop()
        self.action_page(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The images before."""
        event.stop()
        self.action_page(-1)

    def action_split(self) -> None:
        """The other split, from its first image."""
        self._go("test" if self._split == "train" else "train", 0)

    def action_reset(self) -> None:
        """The first images of the train split."""
        self._go("train", 0)

    def action_source(self) -> None:
        """Ask the app for another source."""
        self.post_message(self.SourceWanted())

    def action_ask(self) -> None:
        """Open the line to type in."""
        self.query_one(AskLine).ask()

    def on_ask_line_answered(self, message: AskLine.Answered) -> None:
        """Go to the image, or say what is wrong."""
        message.stop()
        line = self.query_one(AskLine)
        total = self._total
        text = message.text.lower().removeprefix("image").strip(" #").replace(",", "")
        if not text.isdecimal():
            last = f"1 to {total:,}" if total is not None else "1 on"
            line.complain(f"type an image's number, from {last}")
            return
        # A number of a hundred digits is no image, and too many digits cannot be read at all.
        number = int(text) if len(text) < 100 else 0
        if number < 1 or (total is not None and number > total):
            line.complain(no_image(text, total))
            return
        line.close()
        self._go(self._split, number - 1)

    def on_ask_line_closed(self, message: AskLine.Closed) -> None:
        """The keys are the pane's again."""
        message.stop()
        self.focus()

    @property
    def _total(self) -> int | None:
        page = self._page
        if page is None:
            return None
        return page.train_size if self._split == "train" else page.test_size

    def _go(self, split: str, first: int) -> None:
        if (split, first) != (self._split, self._first) or self._problem:
            self._split, self._first = split, first
            self.request()

    # Painting

    def on_resize(self) -> None:
        """More or fewer images fit now; at first sight, ask for the first ones."""
        self._make_room()

    def _make_room(self) -> None:
        width, height = self.size
        if width <= 0 or height <= 0:
            return
        across, down = across_and_down(width, height - self._status_height)
        area = self.query_one("#data-images")
        area.styles.grid_size_columns = across
        area.styles.grid_columns = str(min(IMAGE_SIZE, (width - 2 * (across - 1)) // across))
        area.styles.grid_rows = str(min(HIGH - 1, (height - self._status_height) // down))
        count = across * down
        views = list(self.query(ImageView))
        if count > len(views):
            self.query_one("#data-images").mount(
                *(self._image_view() for _ in range(count - len(views)))
            )
        if count != self._count or self._unasked:
            self._count = count
            self.request()
        self._paint()

    @property
    def _status_height(self) -> int:
        return 2 if self.size.height >= 8 else 1

    def _paint(self) -> None:
        self._paint_status()
        page = self._page
        images = [] if page is None else [self._image(page, i) for i in range(len(page.images))]
        for position, view in enumerate(self.query(ImageView)):
            view.display = position < self._count
            view.show(images[position] if position < min(len(images), self._count) else None)

    def _image(self, page: DataPage, position: int) -> Image:
        picked = page.images[position]
        title = f"{page.first + position + 1:,}  {picked.angle:g}°"
        if picked.class_name:
            title += f"  {picked.class_name}"
        return Image(
            values_of(picked.pixels),
            to_ascii(title) if self._ascii else title,
            high=255.0,
            scaled=False,
        )

    def _paint_status(self) -> None:
        if not self.is_mounted or self.size.width <= 0:
            return
        lines = self.query_one("#data-status", Lines)
        height = self._status_height
        spans = self._status()
        if self._ascii:
            spans = [Span(to_ascii(span.text), span.style) for span in spans]
        lines.styles.height = height
        lines.set_rows(flow(spans, self.size.width, height, more=self._more))

    def _status(self) -> list[Span]:
        page, total = self._page, self._total
        last = self._first + max(1, self._count)
        of = f" of {total:,}" if total is not None else ""
        end = min(last, total) if total is not None else last
        one = end == self._first + 1
        which = f"image {end:,}" if one else f"images {self._first + 1:,} to {end:,}"
        where = f"{self._split} {which}{of}" if total != 0 else f"no {self._split} images"
        spans = [Span(where, "bold")]
        if self._problem:
            return [Span(self._problem, "run-failed"), *spans]
        if self._waiting_for or self._answered < self._requested:
            spans.append(Span(self._waiting_for or "reading …", "chart-axis"))
        if page is not None:
            views = list(self.query(ImageView))
            spans.append(Span(page.source))
            if views:
                spans.append(Span(views[0].meaning(0, 255), "chart-axis"))
            spans.append(Span(f"{page.train_size:,} train + {page.test_size:,} test", "chart-axis"))
            if page.fingerprint:
                spans.append(Span(f"fingerprint {page.fingerprint[:8]}", "chart-axis"))
            spans += [Span(note, "chart-axis") for note in page.notes]
        return spans
