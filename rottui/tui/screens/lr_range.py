"""The range test on the screen: its curves while they grow, the band, and what to do with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Static

from rottui.core.config import RunConfig
from rottui.core.lr_range import (
    MOST_STEPS,
    RampDone,
    RampProgress,
    RangeDone,
    RangeEvent,
    RangeTest,
    three_seeds,
)
from rottui.core.lr_suggestion import LossCurve, Refusal, Suggestion
from rottui.tui.charts.cells import ASCII, UNICODE
from rottui.tui.charts.lr_curves import RangePlot
from rottui.tui.charts.painter import Painter
from rottui.tui.key_names import key_of
from rottui.tui.keymap import bindings
from rottui.tui.screens.dialog import Dialog
from rottui.tui.widgets.chart import INTERVAL, ChartView
from rottui.tui.widgets.config_words import rates_text
from rottui.tui.widgets.glyphs import to_ascii
from rottui.tui.widgets.key_line import KeyLine
from rottui.tui.widgets.lines import Lines
from rottui.tui.widgets.range_rows import seed_rows


class RangeScreen(Dialog[Suggestion | None]):
    """Shows one range test; closes with the suggestion that is to be used, or with None.

    It trains nothing: ``Begun`` asks whoever can to call ``show`` with the test's events.
    """

    scope: ClassVar[str] = "range"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("range")]
    DEFAULT_CSS = """
    RangeScreen > Vertical {
        height: 1fr; background: $surface; border: round $primary; padding: 0 1;
        border-title-color: $primary;
    }
    RangeScreen.-ascii > Vertical { border: ascii $primary; }
    RangeScreen #range-what { height: auto; color: $text-muted; }
    RangeScreen #range-seeds { height: 3; }
    RangeScreen #range-verdict { height: auto; min-height: 1; color: $text-primary; }
    RangeScreen.-trouble #range-verdict { color: $text-error; }
    """

    @dataclass
    class Begun(Message):
        """The screen's test is to be run from its start, and no other."""

        screen: RangeScreen

    def __init__(
        self,
        config: RunConfig,
        *,
        sweep: bool = False,
        ascii: bool = False,
        interval: float = INTERVAL,
    ) -> None:
        """``sweep``: whether the suggestion is for the rates of a sweep, and not for one run."""
        super().__init__(classes="-ascii" if ascii else None)
        self.config = config
        self.test = RangeTest(three_seeds(config.seed))
        self._sweep = sweep
        self._ascii = ascii
        self._painter = Painter(ascii=ascii)
        self._interval = interval
        self._curves: tuple[LossCurve, ...] = ()
        self._done = 0
        """Ramps that have ended."""
        self._verdict: Suggestion | Refusal | None = None

    def compose(self) -> ComposeResult:  # noqa: D102
        with Vertical() as box:
            box.border_title = "Which learning rate?"
            yield Static("", id="range-what", markup=False)
            yield ChartView(self._painter, interval=self._interval, id="range-chart")
            yield Lines(id="range-seeds")
            yield Static("", id="range-verdict", markup=False)
        yield KeyLine(ascii=self._ascii)

    def on_mount(self) -> None:
        """Ask for the test."""
        self._begin()

    def on_unmount(self) -> None:
        """The painter's thread may end."""
        self._painter.close()

    def on_resize(self) -> None:
        """The rows of the seeds are cut to the width."""
        self.call_after_refresh(self._update)

    # What is shown

    @property
    def verdict(self) -> Suggestion | Refusal | None:
        """What the test says; None while it goes on."""
        return self._verdict

    @property
    def settled(self) -> bool:
        """Whether the chart is up to date."""
        return self.query_one(ChartView).settled

    def show(self, event: RangeEvent) -> None:
        """Take over what the test tells."""
        if isinstance(event, RampProgress | RampDone):
            self._curves = (*self._curves[: event.number], event.curve)
            self._done = event.number + isinstance(event, RampDone)
            self._say("The curve falls where the network learns.")
        elif isinstance(event, RangeDone):
            self._curves, self._done, self._verdict = event.curves, len(event.curves), event.verdict
            self._say(self._said(event.verdict))
        self._update()

    def show_trouble(self, sentence: str) -> None:
        """Say why there is no test."""
        self._say(sentence, trouble=True)

    def _said(self, verdict: Suggestion | Refusal) -> str:
        text = f"suggestion: {verdict.sentence}"
        if isinstance(verdict, Suggestion):
            key = key_of(self.app, "range.use", "enter")
            text += f". {key} puts {rates_text(verdict, sweep=self._sweep)} into the form."
        return text

    def _update(self) -> None:
        if not self.is_attached:
            return  # closed meanwhile
        self.query_one(ChartView).show(RangePlot(self.test, self._curves, self._verdict))
        seeds = self.query_one("#range-seeds", Lines)
        glyphs = ASCII if self._ascii else UNICODE
        seeds.set_rows(seed_rows(self.test, self._curves, self._done, seeds.size.width, glyphs))

    def _say(self, text: str, *, trouble: bool = False) -> None:
        self.set_class(trouble, "-trouble")
        self._write("range-verdict", text)

    def _write(self, name: str, text: str) -> None:
        self.query_one(f"#{name}", Static).update(to_ascii(text) if self._ascii else text)

    # Keys

    def _begin(self) -> None:
        self._curves, self._done, self._verdict = (), 0, None
        config, steps = self.config, self.test.steps
        what = f"{config.network.label}, {config.target} target, {config.optimizer}"
        self._write("range-what", f"{what}; lr rises over {steps:,} steps; {config.data.label}")
        self._say("Reading the images and loading PyTorch.")
        self._update()
        self.post_message(self.Begun(self))

    def action_use(self) -> None:
        """Close with the suggestion, if there is one."""
        if isinstance(self._verdict, Suggestion):
            self.dismiss(self._verdict)
        elif self._verdict is None:
            self.notify("There is no suggestion yet.", timeout=3)
        else:
            self.notify("There is nothing to use; m tests with more steps.", timeout=4)

    def action_more(self) -> None:
        """Begin again with twice as many steps."""
        self.test = replace(self.test, steps=min(MOST_STEPS, 2 * self.test.steps))
        self._begin()

    def action_close(self) -> None:
        """Close without a suggestion."""
        self.dismiss(None)
