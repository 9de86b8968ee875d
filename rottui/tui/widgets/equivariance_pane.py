"""The pane of the experiment's four maps: what a shift and a turn do before and after the stack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.message import Message
from textual.widget import Widget

from rottui.tui.charts.cells import ASCII, UNICODE, Span, flow
from rottui.tui.equivariance_view import PROMPT, View, ViewError, view_from
from rottui.tui.keymap import bindings
from rottui.tui.ramps import Depth
from rottui.tui.widgets.ask_line import AskLine
from rottui.tui.widgets.equivariance_panels import (
    GAP,
    Panels,
    ShownMaps,
    images,
    lay_out,
    numbers_of,
)
from rottui.tui.widgets.glyphs import to_ascii
from rottui.tui.widgets.image import ImageView
from rottui.tui.widgets.lines import Lines

if TYPE_CHECKING:
    from rottui.core.equivariance import SeedMaps


class EquivariancePane(Widget, can_focus=True):
    """Shows the maps that the app has computed for what the keys ask."""

    scope: ClassVar[str] = "equivariance"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("equivariance")]
    DEFAULT_CSS = """
    EquivariancePane { layout: vertical; width: 1fr; height: 1fr; }
    EquivariancePane > #equivariance-status { height: 2; }
    EquivariancePane > #equivariance-panels {
        layout: grid; grid-size: 4; grid-gutter: 0 1; width: 1fr; height: 1fr;
    }
    EquivariancePane > #equivariance-panels.-square { grid-size: 2; }
    """

    @dataclass
    class Requested(Message):
        """Maps are wanted; the answer goes to ``show`` or ``show_error`` with this number."""

        number: int
        index: int
        split: str
        shift: tuple[int, int]
        angle: float
        weights_seed: int

    def __init__(
        self, *, ascii: bool = False, depth: Depth | None = None, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self._ascii = ascii
        self._more = (ASCII if ascii else UNICODE).more
        self._depth = depth
        self._view = View()
        self._unasked = True
        """Whether nobody has been asked yet for what the pane should show."""
        self._requested = 0
        """Number of the last request."""
        self._answered = 0
        """Number of the newest answer on the screen."""
        self._shown: ShownMaps | None = None
        self._problem = ""
        self._waiting_for = ""
        self._panels = Panels(4, 0)

    def compose(self) -> ComposeResult:
        """Status, panels, and the line to type in."""
        yield Lines(id="equivariance-status")
        with Container(id="equivariance-panels"):
            for number in range(1, 5):
                yield ImageView(ascii=self._ascii, depth=self._depth, id=f"map-{number}")
        yield AskLine(PROMPT, ascii=self._ascii)

    # Between the app and the pane

    @property
    def view(self) -> View:
        """What is asked for."""
        return self._view

    def request(self) -> None:
        """Ask for the present view, again if need be (because the data are others now).

        A pane that is hidden asks when it is seen.
        """
        self._unasked = not self.size
        if self._unasked:
            return
        self._requested += 1
        view = self._view
        self._problem = ""
        self.post_message(
            self.Requested(
                self._requested, view.index, view.split, view.shift, view.angle, view.weights_seed
            )
        )
        self._paint_status()

    def show(
        self,
        maps: SeedMaps,
        index: int,
        true_angle: float,
        source: str,
        *,
        split: str = "train",
        total: int | None = None,
        number: int | None = None,
    ) -> None:
        """Paint an answer; one that is older than what is on the screen is ignored.

        Args:
            maps: the four arrays.
            index: of the image in its split, from 0.
            true_angle: degrees counter-clockwise by which the garment had been turned.
            source: what data these are.
            split: ``train`` or ``test``.
            total: images of that split.
            number: of the request that this answers; the last one when None.
        """
        if not self._is_news(number):
            return
        self._shown = ShownMaps(maps, index, split, true_angle, source, total)
        self._problem = self._waiting_for = ""
        self._paint()

    def show_error(self, sentence: str, *, number: int | None = None) -> None:
        """Say why there are no maps for a request."""
        if self._is_news(number):
            self._problem, self._waiting_for = sentence, ""
            self._paint_status()

    def show_loading(self, sentence: str) -> None:
        """Say what is being waited for, such as the images."""
        self._waiting_for = sentence
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
        own = {"shift", "turn", "image", "ask", "weights", "reset"}
        return not (action in own and self.is_mounted and self.query_one(AskLine).asking)

    def action_shift(self, right: int, down: int) -> None:
        """Shift by so many pixels more."""
        self._look_at(self._view.shifted(right, down))

    def action_turn(self, degrees: float) -> None:
        """Turn clockwise by so much more."""
        self._look_at(self._view.turned(degrees))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Turn clockwise."""
        event.stop()
        self.action_turn(5)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Turn back."""
        event.stop()
        self.action_turn(-5)

    def action_image(self, by: int) -> None:
        """Another image of the split."""
        self._look_at(self._view.moved(by, self._total))

    def action_weights(self) -> None:
        """Other weights for the stack."""
        self._look_at(self._view.reweighted())

    def action_reset(self) -> None:
        """The seed's own panels."""
        self._look_at(View())

    def action_ask(self) -> None:
        """Open the line to type in."""
        self.query_one(AskLine).ask()

    def on_ask_line_answered(self, message: AskLine.Answered) -> None:
        """Look at what was typed, or say what is wrong with it."""
        message.stop()
        line = self.query_one(AskLine)
        try:
            view = view_from(message.text, self._view, self._total)
        except ViewError as error:
            line.complain(str(error))
            return
        line.close()
        self._look_at(view)

    def on_ask_line_closed(self, message: AskLine.Closed) -> None:
        """The keys are the pane's again."""
        message.stop()
        self.focus()

    @property
    def _total(self) -> int | None:
        same_split = self._shown is not None and self._shown.split == self._view.split
        return self._shown.total if self._shown is not None and same_split else None

    def _look_at(self, view: View) -> None:
        if view != self._view or self._problem:
            self._view = view
            self.request()

    # Painting

    def on_resize(self) -> None:
        """Lay the panels out anew; at first sight, ask for the first maps."""
        if self._unasked and self.size:
            self.request()
        self._paint()

    def _paint(self) -> None:
        width, height = self.size
        if not self.is_mounted or width <= 0 or height <= 0:
            return
        self._panels = lay_out(width, height - self._status_height)
        panels = self._panels
        self._paint_status()
        area = self.query_one("#equivariance-panels")
        area.set_class(panels.across == 2, "-square")
        views = list(self.query(ImageView))
        if self._shown is None:
            for view in views:
                view.show(None)
            return
        room = (width - GAP * (panels.across - 1)) // panels.across
        area.styles.grid_columns = str(room)
        shown = images(self._shown, room, notes=panels.notes > 0, plain=self._plain)
        for view, image in zip(views, shown, strict=True):
            view.show(image)

    @property
    def _status_height(self) -> int:
        height = self.size.height
        return 3 if height >= 19 else 2 if height >= 8 else 1

    def _paint_status(self) -> None:
        if not self.is_mounted or self.size.width <= 0:
            return
        lines = self.query_one("#equivariance-status", Lines)
        spans = [Span(self._plain(span.text), span.style) for span in self._status()]
        lines.styles.height = self._status_height
        lines.set_rows(flow(spans, self.size.width, self._status_height, more=self._more))

    def _status(self) -> list[Span]:
        view, shown = self._view, self._shown
        of = f" of {self._total:,}" if self._total is not None else ""
        spans = [
            Span(f"{view.split} image {view.index + 1:,}{of}", "bold"),
            Span(view.shift_words),
            Span(f"turn {view.angle:g}° clockwise"),
            Span(f"weights {view.weights_seed}"),
        ]
        if self._problem:
            return [Span(self._problem, "run-failed"), *spans]
        if self._waiting_for:
            return [*spans, Span(self._waiting_for, "chart-axis")]
        if shown is None or self._answered < self._requested:
            spans.append(Span("computing …", "chart-axis"))
        if shown is None:
            return spans
        if shown.maps.dead:
            dead = "These weights let nothing through the ReLUs: every feature is 0; w for others."
            spans.append(Span(dead, "run-failed"))
        spans.insert(1, Span(f"true angle {shown.true_angle:g}°"))
        if not self._panels.notes:
            for name, numbers in (
                ("shift", shown.maps.shift_numbers),
                ("turn", shown.maps.rotation_numbers),
            ):
                spans.append(Span(f"{name}: {', '.join(numbers_of(numbers))}"))
        how = "exact, pixels only permuted" if view.exact else "nearest pixel, 0 from outside"
        return [*spans, Span(f"turn is {how}", "chart-axis"), Span(shown.source, "chart-axis")]

    def _plain(self, text: str) -> str:
        return to_ascii(text) if self._ascii else text
