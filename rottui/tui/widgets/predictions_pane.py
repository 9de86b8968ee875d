"""The pane of predictions: what the network of a run reads in images, and how far off it is."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget

from rottui.store.records import RunRow
from rottui.tui.charts.cells import ASCII, UNICODE, Row, Span, flow
from rottui.tui.key_names import FORM, QUEUE, key_of
from rottui.tui.keymap import bindings
from rottui.tui.ramps import Depth
from rottui.tui.requests import Requests
from rottui.tui.widgets import lineage
from rottui.tui.widgets.gallery import Gallery
from rottui.tui.widgets.glyphs import to_ascii
from rottui.tui.widgets.lines import Lines
from rottui.tui.widgets.prediction_charts import angle_rows, class_rows, histogram_rows
from rottui.tui.widgets.prediction_pairs import pair_of

if TYPE_CHECKING:
    from rottui.core.predictions import Order, Predictions

VIEWS = {"errors": histogram_rows, "angles": angle_rows, "classes": class_rows}
"""What stands beside the images, or in their place where there is room for one only."""
BESIDE = 100
"""Columns from which images and a chart stand beside each other."""
CHART = 42
"""Columns of the chart then, and of the gap before it."""
PAUSE = 5.0
"""Seconds between two looks for a newer checkpoint, at least: a run writes none more often."""
SHARE = 0.05
"""Share of the time that predicting may take by itself, so that training goes on."""


@dataclass(frozen=True, slots=True, eq=False)
class PredictionsShown:
    """What the app answers to a request."""

    run_id: int
    run_name: str
    split: str
    kind: str
    """Of the checkpoint: ``best``, ``last`` or ``previous``."""
    epoch: int
    """Epochs that the network was trained for."""
    checkpoint: str
    """SHA-256 of the checkpoint that was looked for."""
    predictions: Predictions
    source: str
    seconds: float = 0.0
    """How long predicting took."""
    refused: str = ""
    """The kind that was looked for, if it is damaged and another one takes its place."""


class PredictionsPane(Widget, can_focus=True):
    """Shows the predictions of the run under the queue's cursor; the app reckons them."""

    scope: ClassVar[str] = "predictions"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("predictions")]
    DEFAULT_CSS = """
    PredictionsPane { layout: vertical; width: 1fr; height: 1fr; }
    PredictionsPane > #predictions-status { height: 2; }
    PredictionsPane > Horizontal { width: 1fr; height: 1fr; }
    PredictionsPane #predictions-chart { width: 1fr; height: 1fr; }
    """

    @dataclass
    class Requested(Message):
        """Predictions are wanted; the answer goes to ``show``, ``keep`` or ``show_error``."""

        number: int
        run_id: int
        split: str
        known: str
        """SHA-256 of the checkpoint that is on the screen: it needs no answer; empty for none."""

    @dataclass
    class Stepped(Message):
        """The run before (-1) or after (1) is wanted."""

        by: int

    def __init__(
        self, *, ascii: bool = False, depth: Depth | None = None, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self._ascii = ascii
        self._more = (ASCII if ascii else UNICODE).more
        self._depth = depth
        self._run: RunRow | None = None
        self._shown: PredictionsShown | None = None
        self._requests = Requests()
        self._asked_at = -1e9
        self._asked_revision = -1
        """The run's revision when it was asked for last."""
        self._timer: Timer | None = None
        self._split = "test"
        self._order = 0
        self._view = "images"
        self._first = 0
        self._count = 1

    def compose(self) -> ComposeResult:
        """Status, images, and the chart beside them or in their place."""
        yield Lines(id="predictions-status")
        with Horizontal():
            yield Gallery(ascii=self._ascii, depth=self._depth)
            yield Lines(id="predictions-chart")

    # Between the app and the pane

    @property
    def shown(self) -> PredictionsShown | None:
        """What is on the screen."""
        return self._shown

    def look_at(self, run: RunRow | None) -> None:
        """Show this run's predictions from now on, and newer ones when it has come further."""
        before, self._run = self._run, run
        if run is None or before is None or run.id != before.id:
            self._start_over()
        elif run.revision != self._asked_revision:
            self._ask_in_turn()

    def _start_over(self) -> None:
        """Ask for what is to be seen now, and show nothing until it comes."""
        self._requests.drop()
        self._shown, self._first = None, 0
        self.request()

    def request(self) -> None:
        """Ask for the predictions of the newest checkpoint; a hidden pane asks when it is seen."""
        if self._run is None:
            self._paint()
            return
        number = self._requests.ask(seen=bool(self.size))
        if number is None:
            return
        self._asked_at, self._asked_revision = monotonic(), self._run.revision
        known = "" if self._shown is None else self._shown.checkpoint
        self.post_message(self.Requested(number, self._run.id, self._split, known))
        self._paint()

    def show(self, shown: PredictionsShown, *, number: int | None = None) -> None:
        """Paint predictions; those that are older than what is on the screen are ignored."""
        if self._requests.take(number):
            self._shown = shown
            self._paint()

    def keep(self, *, number: int) -> None:
        """What is on the screen is up to date."""
        if self._requests.take(number):
            self._paint()

    def show_error(self, sentence: str, *, number: int | None = None) -> None:
        """Say why there are no predictions."""
        if self._requests.fail(sentence, number):
            self._paint()

    def _ask_in_turn(self) -> None:
        """Look for a newer checkpoint, not too soon after the last look."""
        if self._timer is not None:
            return
        cost = 0.0 if self._shown is None else self._shown.seconds
        wait = self._asked_at + max(PAUSE, cost / SHARE) - monotonic()
        if wait > 0:
            self._timer = self.set_timer(wait, self._look_for_newer)
        else:
            self._look_for_newer()

    def _look_for_newer(self) -> None:
        self._timer = None
        if self._run is not None and self._run.revision != self._asked_revision:
            self.request()

    # Keys

    def action_order(self) -> None:
        """The next order of the images."""
        self._order += 1
        self._first = 0
        self._paint()

    def action_view(self) -> None:
        """Images, errors, errors by angle, by class; beside the images the next chart."""
        views = self._views()
        self._view = views[(views.index(self._seen_view()) + 1) % len(views)]
        self._paint()

    def action_page(self, by: int) -> None:
        """The next images, or those before; the ends hold."""
        first = self._first + by * self._count
        if first > -self._count and first < len(self._indices()):
            self._first = max(0, first)
            self._paint()

    def action_reset(self) -> None:
        """The first images."""
        self._first = 0
        self._paint()

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
        self._split = "train" if self._split == "test" else "test"
        self._start_over()

    def action_reload(self) -> None:
        """Look for a newer checkpoint now."""
        self.request()

    def action_previous_run(self) -> None:
        """Ask for the run before."""
        self.post_message(self.Stepped(-1))

    def action_next_run(self) -> None:
        """Ask for the run after."""
        self.post_message(self.Stepped(1))

    # What is shown

    @property
    def order(self) -> Order | None:
        """How the images are ordered."""
        if self._shown is None:
            return None
        orders = self._shown.predictions.orders()
        return orders[self._order % len(orders)]

    def _indices(self) -> list[int]:
        order = self.order
        if self._shown is None or order is None:
            return []
        indices: list[int] = self._shown.predictions.ordered(order).tolist()
        return indices

    @property
    def _both(self) -> bool:
        """Whether there is room for images and a chart."""
        return self.size.width >= BESIDE

    def _views(self) -> list[str]:
        """What the view key goes through."""
        views = [] if self._both else ["images"]
        classes = self._shown is not None and self._shown.predictions.labels is not None
        return views + [name for name in VIEWS if classes or name != "classes"]

    def _seen_view(self) -> str:
        views = self._views()
        return self._view if self._view in views else views[0]

    # Painting

    def on_resize(self) -> None:
        """Lay out anew; at first sight, ask."""
        if self._requests.unasked and self.size:
            self.request()
        self._paint()

    def _paint(self) -> None:
        width, height = self.size
        if not self.is_mounted or width <= 0 or height <= 0:
            return
        gallery, chart = self.query_one(Gallery), self.query_one("#predictions-chart", Lines)
        shown, view, both = self._shown, self._seen_view(), self._both
        high = height - self._status_height
        gallery.display = shown is not None and (both or view == "images")
        chart.display = shown is None or both or view != "images"
        if shown is None:
            chart.styles.width = "1fr"
            chart.set_rows(self._explanation())
        else:
            chart.styles.width = CHART - 2 if both else "1fr"
            if gallery.display:
                self._paint_gallery(gallery, width - (CHART if both else 0), high)
            if chart.display:
                room = CHART - 2 if both else width
                rows = VIEWS[view](shown.predictions, room, high, ascii=self._ascii)
                chart.set_rows([self._plain(row) for row in rows])
        self._paint_status()

    def _paint_gallery(self, gallery: Gallery, width: int, height: int) -> None:
        assert self._shown is not None
        self._count = gallery.make_room(width, height)
        indices = self._indices()
        self._first = max(0, min(self._first, len(indices) - 1))
        predictions = self._shown.predictions
        gallery.show(
            [
                pair_of(predictions, index, ascii=self._ascii)
                for index in indices[self._first : self._first + self._count]
            ]
        )

    @property
    def _status_height(self) -> int:
        return 2 if self.size.height >= 8 else 1

    def _paint_status(self) -> None:
        lines = self.query_one("#predictions-status", Lines)
        height = self._status_height
        spans = self._plain(tuple(self._status()))
        lines.styles.height = height
        lines.set_rows(flow(spans, self.size.width, height, more=self._more))

    def _status(self) -> list[Span]:
        run, shown, requests = self._run, self._shown, self._requests
        if run is None:
            return [Span("no run", "bold")]
        spans = [Span(f"#{run.id} {lineage.mark(run)}{run.name}", "bold")]
        if requests.problem:
            spans.insert(0, Span(requests.problem, "run-failed"))
        elif shown is None:
            spans.append(Span("predicting …", "chart-axis"))
        if shown is None:
            return spans
        overall = shown.predictions.overall()
        used = f"{shown.kind} checkpoint, epoch {shown.epoch} of {run.epochs}"
        spans += [
            Span(f"{used}; {shown.refused} is damaged", "run-failed")
            if shown.refused
            else Span(used),
            Span(self._which()),
            Span(f"mean error {overall.mae_deg:.1f}°"),
            Span(f"median {overall.median_deg:.1f}°"),
            Span(f"flips {100 * overall.flips:.1f} %"),
        ]
        if shown.predictions.confidence is not None:
            share = float(shown.predictions.ambiguous.mean())
            spans.append(Span(f"ambiguous {100 * share:.1f} %"))
        return [*spans, Span(shown.source, "chart-axis")]

    def _which(self) -> str:
        """Which images are on the screen."""
        order, found = self.order, len(self._indices())
        assert order is not None
        if not found:
            return f"{self._split}: {order.value}: none is wrong by more than 45°"
        last = min(found, self._first + self._count)
        return f"{self._split}: {order.value}, {self._first + 1:,} to {last:,} of {found:,}"

    def _explanation(self) -> list[Row]:
        if self._run is None:
            lines = [
                "There is no run under the queue's cursor.",
                f"Queue one in the form ({key_of(self.app, FORM)}); "
                f"in the queue ({key_of(self.app, QUEUE)}), put the cursor on it.",
            ]
        elif self._requests.problem:
            key = key_of(self.app, "predictions.reload")
            lines = [f"{key} looks again; a run that trains is looked at again by itself."]
        else:
            lines = []
        return [self._plain((Span(line),)) for line in lines]

    def _plain(self, row: Row) -> Row:
        if not self._ascii:
            return row
        return tuple(Span(to_ascii(span.text), span.style) for span in row)
