"""The pane of a sweep: its metric against what was varied, and its leaderboard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message

from rottui.core.settings import Value
from rottui.store.records import RunRow
from rottui.store.states import State
from rottui.tui.charts import small_multiples
from rottui.tui.charts.cells import ASCII, UNICODE, Row, Span
from rottui.tui.charts.drawing import SMALLEST
from rottui.tui.charts.painter import Painter
from rottui.tui.charts.sweep_plot import SweepPlot, groups, x_field
from rottui.tui.key_names import QUEUE, key_of
from rottui.tui.keymap import bindings
from rottui.tui.snapshot import Snapshot
from rottui.tui.standings import CIRCULAR, LONG_WAY, Standings, standings, sweep_fields
from rottui.tui.widgets import sweep_cells
from rottui.tui.widgets.chart import INTERVAL, ChartView
from rottui.tui.widgets.line_table import MOVES, LineTable
from rottui.tui.widgets.lines import Lines
from rottui.tui.widgets.queue_rules import Kind, judge
from rottui.tui.widgets.sweep_cells import Entry

SHOWN = (CIRCULAR, LONG_WAY, "test_mae", "test_loss")
"""What the metric key goes through."""
NEED_A_SWEEP = frozenset(
    {"open", "metric", "log", "best", "view", "grow", "seeds", "cancel", "extend", "promote"}
)
"""Actions that do nothing without one."""
NOTHING_TO_PROMOTE = "none of its runs waits at a rung of halving, or was stopped at one"
MOST_CURVES = 200
"""Runs of which curves are read and drawn side by side."""
AROUND = 3
"""Rows of what stands around chart and leaderboard: name, cost and key."""
BOARD = 4
"""Rows of the leaderboard at least, its header included, where there is a chart above it."""


def at_a_rung(run: RunRow) -> bool:
    """Whether halving keeps a run waiting, or has stopped it where it waited."""
    stopped = run.state is State.DONE and run.until == run.epochs_done < run.epochs
    return run.at_rung or stopped


class Board(LineTable[Entry], can_focus=False, inherit_bindings=False):
    """The leaderboard; its pane has the focus and the keys."""

    BINDINGS: ClassVar[list[BindingType]] = []


class SweepPane(Vertical, can_focus=True):
    """Shows the sweep of the run under the queue's cursor; posts which runs a person wants to see.

    It reads the runs' last and best epochs alone, so no curve has to be loaded for it.
    """

    scope: ClassVar[str] = "sweep"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("sweep"), *MOVES]
    DEFAULT_CSS = """
    SweepPane {
        #sweep-head, #sweep-cost, #sweep-key { height: 1; }
        #sweep-chart, #sweep-multiples { height: 1fr; }
        #sweep-multiples { display: none; }
        #sweep-board { height: 8; }
        &:focus .line-table--cursor {
            color: $block-cursor-foreground;
            background: $block-cursor-background;
            text-style: $block-cursor-text-style;
        }
        &.-empty {
            #sweep-head { height: 1fr; }
            #sweep-cost, #sweep-chart, #sweep-multiples, #sweep-key, #sweep-board { display: none; }
        }
        &.-multiples {
            #sweep-chart { display: none; }
            #sweep-multiples { display: block; }
        }
        &.-small {
            #sweep-cost, #sweep-chart, #sweep-multiples, #sweep-key { display: none; }
            #sweep-board { height: 1fr; }
        }
    }
    """

    @dataclass
    class Opened(Message):
        """A person wants to see the curves of these runs."""

        run_ids: tuple[int, ...]

    @dataclass
    class CompareWanted(Message):
        """A person wants to see these runs side by side."""

        run_ids: tuple[int, ...]

    @dataclass
    class Grown(Message):
        """A person wants more runs in the sweep, beside those of a setting."""

        sweep_id: int
        fields: tuple[str, ...]
        """What the sweep varies."""
        setting: tuple[Value, ...]
        field: str | None
        """What gets another value; None where the sweep varies nothing that has an order."""
        how: str
        """``below``, ``above``, ``between``, or ``seeds``."""

    class CurvesWanted(Message):
        """The curves of ``wanted`` are to be read from now on."""

    @dataclass
    class Wished(Message):
        """A person wants something of the runs of a setting, as of runs of the queue."""

        kind: Kind
        run_ids: tuple[int, ...]
        note: str = ""

    @dataclass
    class PromotionWanted(Message):
        """A person wants runs to train on that wait at a rung, or were stopped there."""

        run_ids: tuple[int, ...]

    @dataclass
    class Refused(Message):
        """A key was pressed that can do nothing now; ``reason`` is for a person."""

        reason: str

    @dataclass
    class Left(Message):
        """A person wants to go back to the curves."""

    def __init__(
        self,
        *,
        ascii: bool = False,
        interval: float = INTERVAL,
        painter: Painter | None = None,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._ascii = ascii
        self._glyphs = ASCII if ascii else UNICODE
        self._painter = painter or Painter(ascii=ascii)
        self._interval = interval
        self._snapshot = Snapshot()
        self._run: RunRow | None = None
        self._measure = 0
        self._log = False
        self._best = True
        self._multiples = False
        self._curves = small_multiples.Curves()
        self._asked: frozenset[int] = frozenset()
        """What curves were asked for last."""
        self._runs: tuple[RunRow, ...] = ()
        self._fields: tuple[str, ...] = ()
        self._found: Standings | None = None

    def compose(self) -> ComposeResult:
        """Name, chart, key and leaderboard."""
        yield Lines(id="sweep-head")
        yield Lines(id="sweep-cost")
        yield ChartView(self._painter, interval=self._interval, id="sweep-chart")
        yield Lines(id="sweep-multiples")
        yield Lines(id="sweep-key")
        yield Board(
            sweep_cells.columns_of_board(self._ascii),
            key_of=lambda entry: entry.key,
            cells_of=lambda entry: sweep_cells.cells(entry, self._ascii),
            ascii=self._ascii,
            id="sweep-board",
        )

    @property
    def board(self) -> Board:
        """The leaderboard."""
        return self.query_one(Board)

    @property
    def chart(self) -> ChartView:
        """The chart."""
        return self.query_one(ChartView)

    @property
    def found(self) -> Standings | None:
        """What is shown; None where there is no sweep."""
        return self._found

    @property
    def wanted(self) -> frozenset[int]:
        """The runs whose curves it shows, as far as it is on the screen."""
        if not self._multiples or self._found is None or not self.size:
            return frozenset()
        return frozenset(run.id for run in self._runs[:MOST_CURVES])

    @property
    def settled(self) -> bool:
        """Whether the chart on the screen is up to date."""
        return self.chart.settled

    def show(self, snapshot: Snapshot, run: RunRow | None) -> None:
        """Show the sweep that this run is of."""
        self._snapshot, self._run = snapshot, run
        self._update()

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """None greys a key that can do nothing without a sweep."""
        if action in NEED_A_SWEEP:
            return True if self._found is not None else None
        if action == "compare":
            return True if self._found is not None and len(self._found.places) > 1 else None
        return True

    def why_not(self, action: str) -> str:
        """Why a greyed key does nothing."""
        del action
        return "there is no sweep here: no run under the queue's cursor is of one"

    def action_open(self) -> None:
        """Show the curves of the setting's runs."""
        entry = self.board.cursor_row
        if entry is not None:
            ids = tuple(result.run_id for result in entry.standing.results)
            self.post_message(self.Opened(ids))

    def action_compare(self) -> None:
        """Show the best setting beside the chosen one; the second where the best is chosen."""
        entry = self.board.cursor_row
        if self._found is None or entry is None or len(self._found.places) < 2:
            return
        first, second = self._found.places[:2]
        other = second if entry.standing is first else entry.standing
        ids = (result.run_id for one in (first, other) for result in one.results)
        self.post_message(self.CompareWanted(tuple(ids)))

    def action_grow(self, how: str) -> None:
        """Add a value ``below`` or ``above`` all others, or ``between`` the chosen and the next."""
        entry, sweep = self.board.cursor_row, None if self._run is None else self._run.sweep_id
        if self._found is not None and entry is not None and sweep is not None:
            fields, field = self._found.fields, x_field(self._found)
            self.post_message(self.Grown(sweep, fields, entry.key, field, how))

    def action_seeds(self) -> None:
        """Train the chosen setting with more seeds."""
        self.action_grow("seeds")

    def action_cancel(self) -> None:
        """End the unfinished runs of the chosen setting."""
        self._wish(Kind.CANCEL)

    def action_extend(self) -> None:
        """Train the done runs of the chosen setting further."""
        self._wish(Kind.EXTEND)

    def action_promote(self) -> None:
        """Let the runs of the chosen setting go on that halving keeps waiting or has stopped."""
        runs = [run for run in self._chosen_runs() if at_a_rung(run)]
        if runs:
            self.post_message(self.PromotionWanted(tuple(run.id for run in runs)))
        else:
            self.post_message(self.Refused(NOTHING_TO_PROMOTE))

    def _wish(self, kind: Kind) -> None:
        verdict = judge(kind, self._chosen_runs())
        if verdict.runs:
            self.post_message(self.Wished(kind, tuple(run.id for run in verdict.runs)))
        else:
            self.post_message(self.Refused(verdict.reason))

    def _chosen_runs(self) -> list[RunRow]:
        """The runs of the setting under the cursor."""
        entry = self.board.cursor_row
        if entry is None:
            return []
        found = (self._snapshot.run(result.run_id) for result in entry.standing.results)
        return [run for run in found if run is not None]

    def action_metric(self) -> None:
        """The next metric."""
        self._measure = (self._measure + 1) % len(SHOWN)
        self._update()

    def action_log(self) -> None:
        """Logarithmic y axis, or linear again."""
        self._log = not self._log
        self._update()

    def action_best(self) -> None:
        """The metric at the lowest test loss, too, or not."""
        self._best = not self._best
        self._update()

    def action_view(self) -> None:
        """The metric against what is varied, or every setting's own curves side by side."""
        self._multiples = not self._multiples
        self.set_class(self._multiples, "-multiples")
        self._update()
        self.call_after_refresh(self._draw)

    def action_curves(self) -> None:
        """Back to the curves."""
        self.post_message(self.Left())

    def action_move(self, by: int) -> None:
        """Move the cursor by so many settings."""
        self.board.action_move(by)

    def action_page(self, by: int) -> None:
        """Move the cursor by so many screens."""
        self.board.action_page(by)

    def action_edge(self, side: int) -> None:
        """Move the cursor to the first setting (-1) or the last (1)."""
        self.board.action_edge(side)

    def action_columns(self, by: int) -> None:
        """Show the columns that did not fit, or go back."""
        self.board.action_columns(by)

    @on(LineTable.Opened)
    def _row_opened(self, event: LineTable.Opened) -> None:
        event.stop()
        self.action_open()

    @on(LineTable.CursorMoved)
    def _cursor_moved(self, event: LineTable.CursorMoved) -> None:
        event.stop()
        self._draw()

    # Drawing

    def on_resize(self) -> None:
        """Divide the pane anew; a hidden pane has no size, and gets it when it is seen."""
        self._update()

    def on_unmount(self) -> None:
        """The painter's thread may end."""
        self._painter.close()

    def _update(self) -> None:
        width, height = self.size
        if width <= 0 or height <= 0:
            return  # hidden; on_resize catches up
        sweep_id = None if self._run is None else self._run.sweep_id
        before = self._found is not None
        self._found = None if sweep_id is None else self._compare(sweep_id)
        self.set_class(self._found is None, "-empty")
        if before != (self._found is not None):
            self.refresh_bindings()
        head = self.query_one("#sweep-head", Lines)
        if self._found is None or sweep_id is None:
            self.chart.show(None)
            head.set_rows(self._explanation())
            return
        sweep = self._snapshot.sweeps.get(sweep_id)
        name = "" if sweep is None else sweep.name
        head.set_rows([sweep_cells.head_row(name, sweep_id, self._runs, width, self._glyphs)])
        cost = sweep_cells.cost_row(self._runs, self._snapshot.forecast, width, self._glyphs)
        self.query_one("#sweep-cost", Lines).set_rows([cost])
        rows = sweep_cells.entries(self._found)
        board = min(len(rows) + 1, max(BOARD, (height - 2) * 2 // 5))
        small = width < SMALLEST[0] or height - AROUND - board < SMALLEST[1]
        self.set_class(small, "-small")
        self.board.styles.height = "1fr" if small else board
        self.board.set_rows(rows)
        lines = groups(self._found)
        key = sweep_cells.key_row(lines, self._best, width, self._glyphs, curves=self._multiples)
        self.query_one("#sweep-key", Lines).set_rows([key])
        self._draw()

    def _compare(self, sweep_id: int) -> Standings | None:
        """The sweep's runs, compared; its configs are looked through when it has other runs."""
        runs = tuple(run for run in self._snapshot.runs if run.sweep_id == sweep_id)
        if not runs:
            return None
        if [run.id for run in runs] != [run.id for run in self._runs]:
            self._fields = sweep_fields(runs, self._snapshot.sweeps.get(sweep_id))
        self._runs = runs
        return standings(runs, self._fields, SHOWN[self._measure])

    def _draw(self) -> None:
        entry = self.board.cursor_row
        if self.wanted != self._asked:
            self._asked = self.wanted
            self.post_message(self.CurvesWanted())
        if self._found is None or self.has_class("-small"):
            self.chart.show(None)
            return
        chosen = None if entry is None else entry.key
        if self._multiples:
            self.chart.show(None)
            self._draw_multiples(self._found, chosen)
            return
        self.chart.show(SweepPlot(self._found, self._log, self._best, chosen))

    def _draw_multiples(self, found: Standings, chosen: tuple[Value, ...] | None) -> None:
        lines = self.query_one("#sweep-multiples", Lines)
        width, height = lines.size
        shown = small_multiples.panels(
            found, self._snapshot.epochs, log=self._log, known=self._curves
        )
        lines.set_rows(
            small_multiples.draw(
                found, shown, width, height, log=self._log, chosen=chosen, glyphs=self._glyphs
            )
        )

    def _explanation(self) -> list[Row]:
        place = f"In the queue ({key_of(self.app, QUEUE)}), put the cursor on a run of a sweep"
        if self._run is None:
            lines = ["No run is chosen.", f"{place}."]
        else:
            lines = [
                f"Run {self._run.id} is of no sweep.",
                f"{place}; {key_of(self.app, 'configure.toggle_sweep')} in the form makes one.",
            ]
        return [(Span(line),) for line in lines]
