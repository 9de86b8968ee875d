"""The app: opens at once, then brings up store, engine and data behind the first frame."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from textual import on
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.theme import Theme

from rottui import locations
from rottui.core.config import DataConfig, RunConfig
from rottui.core.lr_suggestion import Suggestion
from rottui.store.runs import RunStore
from rottui.tui.backstage import Finished, Hand
from rottui.tui.commands import ActionCommands
from rottui.tui.feed import Feed, SnapshotRead, StoreTrouble
from rottui.tui.form_wishes import FormWishes
from rottui.tui.images import ImageAnswers, Images
from rottui.tui.keymap import Action, bindings
from rottui.tui.leaving import Leaving
from rottui.tui.output.painting import PaintingApp
from rottui.tui.predictions import PredictionAnswers
from rottui.tui.queue_wishes import QueueWishes
from rottui.tui.range_tests import RangeTests
from rottui.tui.remembered import Remembered
from rottui.tui.screens.help import HelpScreen
from rottui.tui.screens.lr_range import RangeScreen
from rottui.tui.screens.main import MainScreen
from rottui.tui.screens.questions import ConfirmScreen
from rottui.tui.screens.trash import TrashScreen
from rottui.tui.steering_wishes import STEERED, SteeringWishes
from rottui.tui.theming import DEFAULT_THEME, register_themes, theme_folders, token_defaults
from rottui.tui.trainer import Trainer, interrupted_line
from rottui.tui.widgets.charts_pane import ChartsPane
from rottui.tui.widgets.configure_pane import ConfigurePane
from rottui.tui.widgets.data_pane import DataPane
from rottui.tui.widgets.equivariance_pane import EquivariancePane
from rottui.tui.widgets.glyphs import to_ascii
from rottui.tui.widgets.predictions_pane import PredictionsPane
from rottui.tui.widgets.queue_pane import QueuePane
from rottui.tui.widgets.queue_rules import FORMED
from rottui.tui.widgets.sweep_pane import SweepPane

if TYPE_CHECKING:
    from textual.driver import Driver


T = TypeVar("T")

TROUBLE_SECONDS = 1.0
"""Between two looks at whether training waits for the store."""
TROUBLE_AGAIN = 30
"""Looks after which a trouble that lasts is told again."""
STOP_SECONDS = 30.0
"""How long leaving waits for a worker that does not stop, such as one that still decodes images."""


class RottuiApp(PaintingApp):
    """Everything on one store: panes read it, wishes go into it, the engine trains from it."""

    TITLE = "rottui"
    CSS_PATH = "screens/main.tcss"
    ENABLE_COMMAND_PALETTE = True
    COMMANDS = App.COMMANDS | {ActionCommands}
    COMMAND_PALETTE_BINDING = "ctrl+p"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("app"),
        Binding("ctrl+c", "leave", show=False),
    ]

    def __init__(
        self,
        store: RunStore,
        *,
        data: str | None = None,
        workers: int | None = None,
        theme: str | None = None,
        train: bool = True,
    ) -> None:
        """Make the app; nothing is started before it is mounted.

        Args:
            store: the run store, open.
            data: what ``--data`` says; the best data that is there if None.
            workers: worker threads of the engine; as many as fit the machine if None.
            theme: name of a theme for this time; the remembered one if None.
            train: whether this process trains; a screen alone if False.
        """
        super().__init__()
        self._store = store
        self._data_text = data
        self._remembered = Remembered(locations.config_dir())
        self._wanted_theme = theme
        self._trainer = Trainer(
            store.folder,
            cache_dir=locations.cache_dir(),
            workers=workers,
            stop_seconds=STOP_SECONDS,
        )
        self._train = train
        self._form_data: DataConfig | None = None
        over_ssh = bool(os.environ.get("SSH_CONNECTION"))
        self._feed = Feed(self, store, interval=1.0 if over_ssh else 0.5)
        self._wishes = Hand(self, "wishes")
        self._answers = ImageAnswers(Hand(self, "images"), Images(locations.cache_dir()))
        self._range_tests = RangeTests(self, locations.cache_dir())
        self._predictions = PredictionAnswers(
            Hand(self, "predictions"), store, Images(locations.cache_dir())
        )
        self._form_wishes = FormWishes(self, store)
        self._queue_wishes = QueueWishes(self, store)
        self._steering_wishes = SteeringWishes(self, store)
        self._leaving = Leaving(
            self, self._trainer if train else None, self._wishes, self._remembered
        )
        self._trouble: str | None = None
        self._trouble_looks = 0
        self._interrupted_told = ""
        self._ascii = _ascii_only()

    # --- starting ----------------------------------------------------------------------------

    def get_default_screen(self) -> Screen[None]:
        """The panes."""
        return MainScreen(ascii=self._ascii)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our tokens, for themes that do not name them."""
        base = self.current_theme.to_color_system().generate()
        return token_defaults(base)

    def on_mount(self) -> None:  # noqa: D102
        self._bring_up_themes()
        if threading.current_thread() is threading.main_thread() and not self.is_headless:
            self._leaving.handle_signals()
        self.call_after_refresh(self._bring_up)

    def _bring_up(self) -> None:
        """Everything that the first frame does not need."""
        self._feed.start()
        self._choose_data(self._data_text)
        if self._train:
            started = self._tell_interrupted
            Hand(self, "engine").do(self._trainer.start, lambda _: started(), self.complain)
            self.set_interval(TROUBLE_SECONDS, self._look_for_trouble)

    def _tell_interrupted(self) -> None:
        told = interrupted_line(self._trainer.interrupted)
        if told and told != self._interrupted_told:
            self._interrupted_told = told
            self.notify(told, title="Interrupted", timeout=12, markup=False)

    def _bring_up_themes(self) -> None:
        for problem in register_themes(self, theme_folders(locations.config_dir())):
            self.notify(str(problem), title="Theme", severity="warning", markup=False)
        for name in (self._wanted_theme, self._remembered.get("theme"), DEFAULT_THEME):
            if name in self.available_themes:
                self.theme = name
                break
        if self._wanted_theme and self._wanted_theme not in self.available_themes:
            known = ", ".join(sorted(self.available_themes))
            self.notify(
                f"there is no theme {self._wanted_theme}; there are {known}",
                title="Theme",
                severity="warning",
                markup=False,
            )
        self.theme_changed_signal.subscribe(self, self._remember_theme)

    def _remember_theme(self, theme: Theme) -> None:
        self._wishes.do(
            lambda: self._remembered.put("theme", theme.name), lambda _: None, self.complain
        )

    def _look_for_trouble(self) -> None:
        """Say that training waits for the store, from time to time, and when it goes on."""
        trouble = self._trainer.trouble
        if trouble is None and self._trouble is not None:
            self.notify("The store can be written again; training goes on.", timeout=8)
            self._tell_interrupted()  # the engine may have waited for the store with that, too
        elif trouble is not None and (
            trouble != self._trouble or self._trouble_looks % TROUBLE_AGAIN == 0
        ):
            self._trouble_looks = 0
            self.notify(
                f"{trouble}. Nothing is lost; training goes on by itself then.",
                title="Training waits",
                severity="error",
                timeout=TROUBLE_AGAIN * TROUBLE_SECONDS,
                markup=False,
            )
        self._trouble = trouble
        self._trouble_looks += 1

    def on_unmount(self) -> None:  # noqa: D102
        self._feed.stop()

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Of Textual's own commands only the themes: the rest is in our table, by our names."""
        yield SystemCommand("Theme", "Change the colours; remembered.", self.action_change_theme)

    def get_key_display(self, binding: Binding) -> str:
        """A key's name as the terminal can show it."""
        if self._ascii:
            return to_ascii(binding.key_display or binding.key.replace("_", " "))
        return super().get_key_display(binding)

    # --- leaving -----------------------------------------------------------------------------

    def get_driver_class(self) -> type[Driver]:
        """Textual's own for the platform; on a Unix terminal one that outlives the terminal."""
        chosen = super().get_driver_class()
        if chosen.__name__ != "LinuxDriver":
            return chosen
        from rottui.tui.driver import SteadyDriver

        return SteadyDriver

    def terminal_lost(self) -> None:
        """A write has shown that the terminal is gone; any thread."""
        self._leaving.terminal_lost()

    def wait_if_alone(self) -> None:
        """Wait for the process's end, if the screen has closed since its terminal is gone."""
        self._leaving.wait_if_alone()

    def stop_engine(self) -> None:
        """Checkpoint the runs in progress and end the workers; any thread, waits."""
        self._leaving.save()

    def stop_reading(self) -> None:
        """Nothing is read for the screen any more; any thread."""
        self._feed.stop()

    def stop_range_tests(self) -> None:
        """End a range test that is under way; any thread, waits."""
        self._range_tests.stop(STOP_SECONDS)

    async def action_leave(self) -> None:
        """Exit; where runs are not done, ask what becomes of them."""
        self._leaving.leave()

    def action_suspend(self) -> None:
        """Give the terminal back to the shell; another process trains until ``fg``."""
        self._leaving.suspend(self._driver)

    # --- what every pane shares --------------------------------------------------------------

    @property
    def main(self) -> MainScreen:
        """The screen with the panes, whatever lies on top of it."""
        screen = self.screen_stack[0]
        assert isinstance(screen, MainScreen)
        return screen

    def complain(self, sentence: str) -> None:
        """Tell a person what went wrong."""
        self.notify(sentence, severity="error", timeout=8, markup=False)

    @on(Finished)
    def _finished(self, event: Finished) -> None:
        if self.is_running and self.screen_stack:  # else it closes, and nobody is left to be told
            event.tell()

    @on(SnapshotRead)
    def _snapshot_read(self, event: SnapshotRead) -> None:
        if not (self.is_running and self.screen_stack):  # it came while the app was closing
            return
        self.main.show(event.snapshot)
        self._feed.want(frozenset(self.main.shown_runs))

    @on(StoreTrouble)
    def _store_trouble(self, event: StoreTrouble) -> None:
        self.complain(event.sentence)

    def action_pane(self, scope: str) -> None:
        """Go to a pane."""
        self.main.go_to(scope)

    def action_help(self) -> None:
        """Show every key; those of the active pane first."""
        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen(self.main.active))

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

    def _choose_data(self, text: str | None) -> None:
        """Find out what ``text`` names, or the best data there is, and put it into the form."""

        def find() -> DataConfig:
            from rottui.core.data import default_data, source_from

            downloads = locations.downloads_dir()
            return default_data(downloads) if text is None else source_from(text, downloads)

        def then(data: DataConfig) -> None:
            self._form_data = data
            self.main.query_one(ConfigurePane).set_data(data, data.label, text=text)
            self._look_at(data)

        def failed(sentence: str) -> None:
            self.main.query_one(ConfigurePane).set_data(sentence, text=text)

        self._wishes.do(find, then, failed)

    def _look_at(self, data: DataConfig) -> None:
        """Let the image panes show these data from now on."""
        self._answers.data = data
        for pane in self.main.query("EquivariancePane, DataPane"):
            assert isinstance(pane, EquivariancePane | DataPane)
            pane.request()

    @on(ConfigurePane.DataChosen)
    def _data_chosen(self, event: ConfigurePane.DataChosen) -> None:
        self._choose_data(event.text)

    @on(EquivariancePane.Requested)
    def _maps_requested(self, event: EquivariancePane.Requested) -> None:
        for pane in self.main.query(EquivariancePane):
            self._answers.answer_maps(pane, event)

    @on(DataPane.Requested)
    def _page_requested(self, event: DataPane.Requested) -> None:
        for pane in self.main.query(DataPane):
            self._answers.answer_page(pane, event)

    @on(DataPane.SourceWanted)
    def _source_wanted(self) -> None:
        """Go from the form's data to those of the run under the cursor, and back."""
        run = self.main.cursor_run_row
        if self._answers.data != self._form_data and self._form_data is not None:
            self._look_at(self._form_data)
        elif run is None:
            self.notify("There is no run under the queue's cursor.", severity="warning")
        else:
            self._look_at(RunConfig.from_dict(run.config).data)

    @on(PredictionsPane.Requested)
    def _predictions_requested(self, event: PredictionsPane.Requested) -> None:
        for pane in self.main.query(PredictionsPane):
            self._predictions.answer(pane, event)

    @on(PredictionsPane.Stepped)
    def _predictions_stepped(self, event: PredictionsPane.Stepped) -> None:
        self.main.query_one(QueuePane).table.action_move(event.by)

    @on(ChartsPane.Stepped)
    def _stepped(self, event: ChartsPane.Stepped) -> None:
        if self.main.shows_marked:
            said = "The marked runs are shown; u in the queue takes the marks away."
            self.notify(said, timeout=4)
            return
        self.main.query_one(QueuePane).table.action_move(event.by)

    # --- wishes ------------------------------------------------------------------------------

    def wish(self, action: Callable[[], T], done: Callable[[T], None] | None = None) -> None:
        """Write to the store behind the screen, then show what it has become."""

        def then(result: T) -> None:
            self._feed.refresh()
            if done is not None:
                done(result)

        self._wishes.do(action, then, self.complain)

    def read(self, action: Callable[[], T], then: Callable[[T], None]) -> None:
        """Read the store behind the screen, then go on with what was found."""
        self._wishes.do(action, then, self.complain)

    @on(ConfigurePane.Queued)
    def _queued(self, event: ConfigurePane.Queued) -> None:
        self._form_wishes.queue(event)

    @on(ConfigurePane.RangeWanted)
    def _range_wanted(self, event: ConfigurePane.RangeWanted) -> None:
        pane = self.main.query_one(ConfigurePane)

        def closed(suggestion: Suggestion | None) -> None:
            self._range_tests.stop()
            if suggestion is not None:
                self.say(f"The form has {pane.take(suggestion)} now.")

        screen = RangeScreen(event.config, sweep=pane.form.sweep, ascii=self._ascii)
        self.push_screen(screen, closed)

    @on(RangeScreen.Begun)
    def _range_begun(self, event: RangeScreen.Begun) -> None:
        self._range_tests.start(event.screen)

    @on(QueuePane.Wished)
    def _wished(self, event: QueuePane.Wished) -> None:
        ids = list(event.run_ids)
        if event.note:
            self.notify(event.note, timeout=6, markup=False)
        match event.kind:
            case kind if kind in FORMED:
                self._form_wishes.wish(kind, ids[0])
            case kind if kind in STEERED:
                self._steering_wishes.wish(kind, ids)
            case kind:
                self._queue_wishes.wish(kind, ids)

    @on(QueuePane.GroupPaused)
    def _group_paused(self, event: QueuePane.GroupPaused) -> None:
        self._queue_wishes.pause_group(event)

    @on(QueuePane.AllPaused)
    def _all_paused(self, event: QueuePane.AllPaused) -> None:
        self._queue_wishes.pause_all(event.paused)

    @on(QueuePane.Undone)
    def _undone(self) -> None:
        self._queue_wishes.undo()

    @on(QueuePane.TrashWanted)
    def _trash_wanted(self) -> None:
        screen = TrashScreen(ascii=self._ascii)
        self.push_screen(screen)
        self._queue_wishes.show_trash(screen)

    @on(TrashScreen.RestoreWanted)
    def _restore_wanted(self, event: TrashScreen.RestoreWanted) -> None:
        self._queue_wishes.restore(event)

    @on(TrashScreen.PurgeWanted)
    def _purge_wanted(self, event: TrashScreen.PurgeWanted) -> None:
        self._queue_wishes.purge(event)

    def ask(self, question: str, then: Callable[[], None]) -> None:
        """Go on after a yes."""

        def answered(yes: bool | None) -> None:
            if yes:
                then()

        self.push_screen(ConfirmScreen(question), answered)

    def say(self, sentence: str) -> None:
        """Tell a person what was done."""
        self.notify(sentence, timeout=4, markup=False)

    @on(ConfigurePane.Edited)
    def _edited(self, event: ConfigurePane.Edited) -> None:
        self._form_wishes.edited(event)

    @on(ConfigurePane.Forked)
    def _forked(self, event: ConfigurePane.Forked) -> None:
        self._form_wishes.forked(event)

    @on(QueuePane.Refused)
    def _refused(self, event: QueuePane.Refused) -> None:
        self.notify(event.reason, severity="warning", timeout=4, markup=False)

    @on(QueuePane.Opened)
    def _opened(self, event: QueuePane.Opened) -> None:
        self.main.choose(cursor=event.run_id)
        self._feed.want(frozenset(self.main.shown_runs))
        self.main.go_to("charts")

    @on(QueuePane.SweepWanted)
    def _sweep_of_run(self, event: QueuePane.SweepWanted) -> None:
        self.main.choose(cursor=event.run_id)
        self.main.go_to("sweep")

    @on(ChartsPane.SweepWanted)
    def _sweep_of_curves(self) -> None:
        self.main.go_to("sweep")

    @on(SweepPane.Left)
    def _sweep_left(self) -> None:
        self.main.go_to("charts")

    @on(SweepPane.Opened)
    def _setting_opened(self, event: SweepPane.Opened) -> None:
        self.main.query_one(QueuePane).set_marked(event.run_ids)
        self.main.go_to("charts")

    @on(QueuePane.Marked)
    def _marked(self, event: QueuePane.Marked) -> None:
        self.main.choose(marked=tuple(event.run_ids))
        self._feed.want(frozenset(self.main.shown_runs))

    @on(QueuePane.CursorMoved)
    def _cursor_moved(self, event: QueuePane.CursorMoved) -> None:
        self.main.choose(cursor=event.run_id)
        self._feed.want(frozenset(self.main.shown_runs))


def _ascii_only() -> bool:
    """Whether the terminal's encoding has none of the characters that the screen draws with."""
    encoding = (sys.__stdout__.encoding if sys.__stdout__ else None) or "ascii"
    try:
        "▄⠿│°".encode(encoding)
    except UnicodeEncodeError:
        return True
    return False


def run_app(
    *,
    store_folder: Path,
    data: str | None = None,
    workers: int | None = None,
    theme: str | None = None,
) -> int:
    """Open the store, show the app until it is left, and return the exit code.

    Raises:
        StoreError: the store cannot be opened; nothing was shown yet.
    """
    with RunStore.open(store_folder) as store:
        app = RottuiApp(store, data=data, workers=workers, theme=theme)
        try:
            app.run()
        finally:
            app.wait_if_alone()
            app.stop_engine()  # a crash of the screen loses no training either
        return app.return_code or 0
