"""What panes ask of the app, and how it answers: one handler a message, named as Textual wants it.

Named handlers need no class at import time, so the panes load behind the first frame.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, cast

from rottui import locations
from rottui.tui.key_names import key_name
from rottui.tui.keymap import first_key, keys_of
from rottui.tui.output.painting import PaintingApp

if TYPE_CHECKING:
    from textual import events

    from rottui.core.config import DataConfig
    from rottui.core.lr_suggestion import Suggestion
    from rottui.tui.backstage import Finished
    from rottui.tui.colours import Colours
    from rottui.tui.feed import SnapshotRead, StoreTrouble
    from rottui.tui.keymap import Action
    from rottui.tui.parts import Parts
    from rottui.tui.screens.compare import CompareScreen
    from rottui.tui.screens.lr_range import RangeScreen
    from rottui.tui.screens.main import MainScreen
    from rottui.tui.screens.trash import TrashScreen
    from rottui.tui.widgets.charts_pane import ChartsPane
    from rottui.tui.widgets.configure_pane import ConfigurePane
    from rottui.tui.widgets.data_pane import DataPane
    from rottui.tui.widgets.details_pane import DetailsPane
    from rottui.tui.widgets.equivariance_pane import EquivariancePane
    from rottui.tui.widgets.predictions_pane import PredictionsPane
    from rottui.tui.widgets.queue_pane import QueuePane
    from rottui.tui.widgets.sweep_pane import SweepPane
    from rottui.tui.widgets.system_pane import SystemPane

T = TypeVar("T")
P = ParamSpec("P")

SHORT = 80
"""Characters that are read at a glance."""


def when_up(answer: Callable[P, None]) -> Callable[P, None]:
    """Hold a request back until the store is open: the form can be used before that."""

    @wraps(answer)
    def held(*args: P.args, **options: P.kwargs) -> None:
        app = cast("PaneRequests", args[0])
        if app.is_up:
            answer(*args, **options)
        else:
            app.held_back.append(partial(answer, *args, **options))

    return held


class PaneRequests(PaintingApp):
    """Takes every message of the panes to the part that answers it."""

    trains: bool = False
    """Whether the engine of this process trains, or is about to."""
    has_read: bool = False
    """Whether the panes show what is in the store."""
    ascii_only: bool = False
    """Whether the terminal's encoding has none of the characters that the screen draws with."""

    colours: Colours
    """Which themes there are, and which one is shown."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.held_back: list[Callable[[], None]] = []
        """What was asked before the store was open."""

    @property
    def is_up(self) -> bool:
        """Whether the store is open, and somebody answers what panes ask."""
        raise NotImplementedError

    def do_held_back(self) -> None:
        """Answer what was asked before the store was open."""
        waiting, self.held_back = self.held_back, []
        for answer in waiting:
            answer()

    @property
    def parts(self) -> Parts:
        """What works behind the screen."""
        raise NotImplementedError

    # --- what every pane shares --------------------------------------------------------------

    @property
    def main(self) -> MainScreen:
        """The screen with the panes, whatever lies on top of it."""
        return cast("MainScreen", self.screen_stack[0])

    def complain(self, sentence: str) -> None:
        """Tell a person what went wrong."""
        self.notify(sentence, severity="error", timeout=8, markup=False)

    def on_finished(self, event: Finished) -> None:  # noqa: D102
        if self.is_running and self.screen_stack:  # else it closes, and nobody is left to be told
            event.tell()

    def on_snapshot_read(self, event: SnapshotRead) -> None:  # noqa: D102
        if not (self.is_running and self.screen_stack):  # it came while the app was closing
            return
        self.main.show(event.snapshot)
        self.has_read = True
        self.parts.notices.look(event.snapshot)
        self.parts.feed.want(self.main.wanted_runs)
        self._taken()

    def on_store_trouble(self, event: StoreTrouble) -> None:  # noqa: D102
        self.complain(event.sentence)
        self._taken()

    def _taken(self) -> None:
        if not self.parts.leaving.away:
            self.parts.feed.go_on()

    def action_pane(self, scope: str) -> None:
        """Go to a pane."""
        self.main.go_to(scope)

    def action_jump(self) -> None:
        """Put a letter on every pane, and go to the one that is chosen."""
        from rottui.tui.screens.jump import JumpScreen

        def chosen(scope: str | None) -> None:
            if scope is not None:
                self.main.go_to(scope)

        self.push_screen(JumpScreen(self.main.jump_targets()), chosen)

    def on_key(self, event: events.Key) -> None:
        """Say why a greyed key does nothing; Textual itself would pass it on in silence."""
        active = self.screen.active_bindings.get(event.key)
        if active is None and event.key in keys_of(self, "app.help"):
            event.prevent_default()  # the help would take the same key for the one that closes it
            self._help_with_dialog()
        elif active is None and event.key in keys_of(self, "app.copy"):
            event.prevent_default()  # likewise
            self._copy_dialog()
        if active is None or active.enabled:
            return
        event.prevent_default()
        why_not = getattr(active.node, "why_not", None)
        reason = why_not(active.binding.action) if why_not else "that can do nothing now"
        self.notify(reason, severity="warning", timeout=4, markup=False)

    def _copy_dialog(self) -> None:
        """Copy or save what a dialog over the panes shows."""
        if hasattr(self.screen, "scope"):
            self.parts.copies.ask()

    def _help_with_dialog(self) -> None:
        """Show the keys of the dialog over the panes, which takes the app's own keys away."""
        from rottui.tui.screens.help import HelpScreen

        scope = getattr(self.screen, "scope", None)
        if scope is not None:
            self.push_screen(HelpScreen(scope))

    def action_zoom(self) -> None:
        """Give the active pane the whole screen, or go back."""
        self.main.zoom()

    def action_hide(self) -> None:
        """Hide the active pane."""
        self.main.hide()

    def action_border(self, columns: int, rows: int) -> None:
        """Move a border between panes."""
        self.main.move_border(columns, rows)

    def action_usual_layout(self) -> None:
        """Show every pane, with its usual room."""
        self.main.arrange_as_usual()

    @when_up
    def on_main_screen_arranged(self, event: MainScreen.Arranged) -> None:
        """Remember how a person wants the panes."""
        self.parts.remember("layout", event.layout.to_json())

    def action_change_theme(self) -> None:
        """Choose the colours."""
        from rottui.tui.screens.themes import ThemeScreen

        def closed(kept: bool | None) -> None:
            self.colours.end_preview(keep=bool(kept))

        if not isinstance(self.screen, ThemeScreen):
            themes = tuple(self.available_themes.values())
            preview = self.colours.preview
            self.push_screen(
                ThemeScreen(themes, self.theme, preview, ascii=self.ascii_only), closed
            )

    def action_help(self) -> None:
        """Show every key; those of the active pane first."""
        from rottui.tui.screens.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.main.active, self.main.about_focus()))

    @when_up
    def action_copy(self) -> None:
        """Copy or save what is on the screen, as a person chooses."""
        self.parts.copies.ask()

    @when_up
    def action_notices(self) -> None:
        """Tell of ended runs in another way from now on."""
        self.say(self.parts.notify_otherwise())

    @property
    def sent(self) -> int | None:
        """Bytes that the terminal was sent so far; None where nobody counts."""
        return getattr(self._driver, "sent", None)

    def write_to_terminal(self, text: str) -> None:
        """Send the terminal what changes nothing on its screen."""
        if self._driver is not None and not self.is_headless:
            self._driver.write(text)

    def action_repaint(self) -> None:
        """Paint the whole screen again."""
        self.screen.refresh(repaint=True, layout=True)
        self.repaint()

    def perform(self, action: Action) -> None:
        """Do an action of the table, as if its key had been pressed in its pane."""
        if action.scope == "app":
            self.call_later(self.run_action, action.name)
            return
        self.main.go_to(action.scope)
        pane = self.main.query_one(f"#{action.scope}")
        plain = getattr(pane, f"action_{action.name}", None)
        # Called directly, an action that can do nothing now says why.
        self.call_later(plain or partial(pane.run_action, action.name))

    # --- data and images ---------------------------------------------------------------------

    def choose_data(self, text: str | None) -> None:
        """Find out what ``text`` names, or the best data there is, and put it into the form."""

        def find() -> DataConfig:
            from rottui.core.data import default_data, source_from

            downloads = locations.downloads_dir()
            return default_data(downloads) if text is None else source_from(text, downloads)

        def then(data: DataConfig) -> None:
            self.parts.form_data = data
            self.main.form_pane.set_data(data, data.label, text=text)
            self._look_at(data)

        def failed(sentence: str) -> None:
            self.main.form_pane.set_data(sentence, text=text)

        self.parts.wishes.do(find, then, failed)

    def _look_at(self, data: DataConfig) -> None:
        """Let the image panes show these data from now on."""
        self.parts.images.data = data
        for pane in self.main.query("EquivariancePane, DataPane"):
            cast("EquivariancePane | DataPane", pane).request()

    @when_up
    def on_configure_pane_data_chosen(self, event: ConfigurePane.DataChosen) -> None:  # noqa: D102
        self.choose_data(event.text)

    def on_equivariance_pane_requested(self, event: EquivariancePane.Requested) -> None:  # noqa: D102
        for pane in self.main.query("EquivariancePane"):
            self.parts.images.answer_maps(cast("EquivariancePane", pane), event)

    def on_data_pane_requested(self, event: DataPane.Requested) -> None:  # noqa: D102
        for pane in self.main.query("DataPane"):
            self.parts.images.answer_page(cast("DataPane", pane), event)

    def on_data_pane_source_wanted(self) -> None:
        """Go from the form's data to those of the run under the cursor, and back."""
        run = self.main.cursor_run_row
        if self.parts.images.data != self.parts.form_data and self.parts.form_data is not None:
            self._look_at(self.parts.form_data)
        elif run is None:
            self.notify("There is no run under the queue's cursor.", severity="warning")
        else:
            from rottui.core.config import RunConfig

            self._look_at(RunConfig.from_dict(run.config).data)

    def on_predictions_pane_requested(self, event: PredictionsPane.Requested) -> None:  # noqa: D102
        for pane in self.main.query("PredictionsPane"):
            self.parts.predictions.answer(cast("PredictionsPane", pane), event)

    def on_predictions_pane_stepped(self, event: PredictionsPane.Stepped) -> None:  # noqa: D102
        self.main.queue_pane.table.action_move(event.by)

    def on_charts_pane_stepped(self, event: ChartsPane.Stepped) -> None:  # noqa: D102
        if self.main.shows_marked:
            key = key_name(first_key(self, "queue.unmark_all"))
            said = f"The marked runs are shown; {key} in the queue takes the marks away."
            self.notify(said, timeout=4)
            return
        self.main.queue_pane.table.action_move(event.by)

    def on_details_pane_requested(self, event: DetailsPane.Requested) -> None:  # noqa: D102
        for pane in self.main.query("DetailsPane"):
            self.parts.details.answer(cast("DetailsPane", pane), event)

    def on_system_pane_requested(self) -> None:  # noqa: D102
        for pane in self.main.query("SystemPane"):
            self.parts.system.answer(cast("SystemPane", pane))

    def on_system_pane_left(self) -> None:  # noqa: D102
        self.main.go_to("queue")

    def on_details_pane_stepped(self, event: DetailsPane.Stepped) -> None:  # noqa: D102
        self.main.queue_pane.table.action_move(event.by)

    def on_details_pane_opened(self) -> None:  # noqa: D102
        self.main.go_to("charts")

    def on_details_pane_left(self) -> None:  # noqa: D102
        self.main.go_to("queue")

    def on_charts_pane_pin_wanted(self) -> None:  # noqa: D102
        pinned = self.main.toggle_pin()
        self.parts.feed.want(self.main.wanted_runs)
        key = key_name(first_key(self, "charts.pin"))
        on_top = f"Run {pinned} stays on top of the charts; {key} lets it go."
        self.say("No run is pinned." if pinned is None else on_top)

    # --- wishes ------------------------------------------------------------------------------

    def wish(self, action: Callable[[], T], done: Callable[[T], None] | None = None) -> None:
        """Write to the store behind the screen, then show what it has become."""

        def then(result: T) -> None:
            self.parts.feed.refresh()
            if done is not None:
                done(result)

        self.parts.wishes.do(action, then, self.complain)

    def read(self, action: Callable[[], T], then: Callable[[T], None]) -> None:
        """Read the store behind the screen, then go on with what was found."""
        self.parts.wishes.do(action, then, self.complain)

    @when_up
    def on_configure_pane_queued(self, event: ConfigurePane.Queued) -> None:  # noqa: D102
        self.parts.form_wishes.queue(event)

    def action_first(self) -> None:
        """Queue the seed's sweep on the built-in data, if there is no run yet."""
        if self.main.is_new is None:
            self.notify("One moment: the store is being read.", timeout=4)
        elif not self.main.is_new:
            key = key_name(first_key(self, "configure.next_preset"))
            said = f"There are runs already; {key} chooses the same sweep in the form."
            self.notify(said, severity="warning", timeout=4)
        else:
            from rottui.core.config import DataConfig

            data = DataConfig(source="garments")
            self.parts.form_data = data
            self._look_at(data)
            self.main.form_pane.queue_example(data)

    @when_up
    def on_configure_pane_range_wanted(self, event: ConfigurePane.RangeWanted) -> None:  # noqa: D102
        from rottui.tui.screens.lr_range import RangeScreen

        pane = self.main.form_pane

        def closed(suggestion: Suggestion | None) -> None:
            self.parts.range_tests.stop()
            if suggestion is not None:
                self.say(f"The form has {pane.take(suggestion)} now.")

        screen = RangeScreen(event.config, sweep=pane.form.sweep, ascii=self.ascii_only)
        self.push_screen(screen, closed)

    def on_range_screen_begun(self, event: RangeScreen.Begun) -> None:  # noqa: D102
        self.parts.range_tests.start(event.screen)

    def on_queue_pane_wished(self, event: QueuePane.Wished) -> None:  # noqa: D102
        self._wish(event)

    def _wish(self, event: QueuePane.Wished | SweepPane.Wished) -> None:
        from rottui.tui.steering_wishes import STEERED
        from rottui.tui.widgets.queue_rules import FORMED

        ids = list(event.run_ids)
        match event.kind:
            case kind if kind in FORMED:
                self.parts.form_wishes.wish(kind, ids[0])
            case kind if kind in STEERED:
                self.parts.steering_wishes.wish(kind, ids, event.note)
            case kind:
                self.parts.queue_wishes.wish(kind, ids, event.note)

    def on_queue_pane_tag_wanted(self, event: QueuePane.TagWanted) -> None:  # noqa: D102
        from rottui.tui.screens.writing import TagScreen
        from rottui.tui.widgets.formats import runs_text

        ids = [run.id for run in event.runs]
        there = sorted({tag for run in event.runs for tag in run.tags})
        about = f"tagged {' '.join(there)}" if there else "no tags so far"
        wishes = self.parts.queue_wishes
        self.push_screen(
            TagScreen(runs_text(ids), about, ascii=self.ascii_only),
            lambda tags: wishes.tag(ids, *tags) if tags and any(tags) else None,
        )

    def on_queue_pane_note_wanted(self, event: QueuePane.NoteWanted) -> None:  # noqa: D102
        from rottui.tui.screens.writing import NotesScreen

        run, wishes = event.run, self.parts.queue_wishes
        self.push_screen(
            NotesScreen(f"run {run.id}", run.notes, ascii=self.ascii_only),
            lambda notes: None if notes is None else wishes.write_notes(run.id, notes),
        )

    def on_queue_pane_group_paused(self, event: QueuePane.GroupPaused) -> None:  # noqa: D102
        self.parts.queue_wishes.pause_group(event)

    def on_queue_pane_all_paused(self, event: QueuePane.AllPaused) -> None:  # noqa: D102
        self.parts.queue_wishes.pause_all(event.paused)

    def on_queue_pane_undone(self) -> None:  # noqa: D102
        self.parts.queue_wishes.undo()

    def on_queue_pane_trash_wanted(self) -> None:  # noqa: D102
        from rottui.tui.screens.trash import TrashScreen

        screen = TrashScreen(ascii=self.ascii_only)
        self.push_screen(screen)
        self.parts.queue_wishes.show_trash(screen)

    def on_queue_pane_compare_wanted(self, event: QueuePane.CompareWanted) -> None:  # noqa: D102
        self._compare(event.run_ids)

    def on_sweep_pane_grown(self, event: SweepPane.Grown) -> None:  # noqa: D102
        self.parts.sweep_wishes.grow(event)

    def on_sweep_pane_curves_wanted(self) -> None:  # noqa: D102
        self.parts.feed.want(self.main.wanted_runs)

    def on_sweep_pane_promotion_wanted(self, event: SweepPane.PromotionWanted) -> None:  # noqa: D102
        self.parts.sweep_wishes.promote(event.run_ids)

    def on_sweep_pane_wished(self, event: SweepPane.Wished) -> None:  # noqa: D102
        self._wish(event)

    def on_sweep_pane_refused(self, event: SweepPane.Refused) -> None:  # noqa: D102
        self.notify(event.reason, severity="warning", timeout=4, markup=False)

    def on_sweep_pane_compare_wanted(self, event: SweepPane.CompareWanted) -> None:  # noqa: D102
        self._compare(event.run_ids)

    def _compare(self, run_ids: tuple[int, ...]) -> None:
        from rottui.tui.screens.compare import CompareScreen

        self.push_screen(CompareScreen(run_ids, ascii=self.ascii_only))

    def on_compare_screen_requested(self, event: CompareScreen.Requested) -> None:  # noqa: D102
        self.parts.comparisons.answer(event)

    def on_compare_screen_closed(self) -> None:  # noqa: D102
        self.parts.comparisons.stop()

    def on_trash_screen_restore_wanted(self, event: TrashScreen.RestoreWanted) -> None:  # noqa: D102
        self.parts.queue_wishes.restore(event)

    def on_trash_screen_purge_wanted(self, event: TrashScreen.PurgeWanted) -> None:  # noqa: D102
        self.parts.queue_wishes.purge(event)

    def ask(self, question: str, then: Callable[[], None]) -> None:
        """Go on after a yes."""

        from rottui.tui.screens.questions import ConfirmScreen

        def answered(yes: bool | None) -> None:
            if yes:
                then()

        self.push_screen(ConfirmScreen(question), answered)

    def say(self, sentence: str) -> None:
        """Tell a person what was done."""
        seconds = 4 if len(sentence) <= SHORT else 8
        self.notify(sentence, timeout=seconds, markup=False)

    @when_up
    def on_configure_pane_edited(self, event: ConfigurePane.Edited) -> None:  # noqa: D102
        self.parts.form_wishes.edited(event)

    @when_up
    def on_configure_pane_forked(self, event: ConfigurePane.Forked) -> None:  # noqa: D102
        self.parts.form_wishes.forked(event)

    def on_queue_pane_refused(self, event: QueuePane.Refused) -> None:  # noqa: D102
        self.notify(event.reason, severity="warning", timeout=4, markup=False)

    def on_queue_pane_opened(self, event: QueuePane.Opened) -> None:  # noqa: D102
        self.main.choose(cursor=event.run_id)
        self.parts.feed.want(self.main.wanted_runs)
        self.main.go_to("charts")

    def on_queue_pane_details_wanted(self, event: QueuePane.DetailsWanted) -> None:  # noqa: D102
        self.main.choose(cursor=event.run_id)
        self.main.go_to("details")

    def on_queue_pane_sweep_wanted(self, event: QueuePane.SweepWanted) -> None:  # noqa: D102
        self.main.choose(cursor=event.run_id)
        self.main.go_to("sweep")

    def on_charts_pane_sweep_wanted(self) -> None:  # noqa: D102
        self.main.go_to("sweep")

    def on_sweep_pane_left(self) -> None:  # noqa: D102
        self.main.go_to("charts")

    def on_sweep_pane_opened(self, event: SweepPane.Opened) -> None:  # noqa: D102
        self.main.queue_pane.set_marked(event.run_ids)
        self.main.go_to("charts")

    def on_queue_pane_marked(self, event: QueuePane.Marked) -> None:  # noqa: D102
        self.main.choose(marked=tuple(event.run_ids))
        self.parts.feed.want(self.main.wanted_runs)

    def on_queue_pane_cursor_moved(self, event: QueuePane.CursorMoved) -> None:  # noqa: D102
        self.main.choose(cursor=event.run_id)
        self.parts.feed.want(self.main.wanted_runs)
