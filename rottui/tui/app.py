"""The app: opens at once, then brings up store, engine and data behind the first frame."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterable, Sequence
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual._context import active_message_pump
from textual.app import App, SystemCommand
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.screen import Screen

from rottui import locations
from rottui.errors import RottuiError
from rottui.tui.backstage import Hand
from rottui.tui.colours import Colours
from rottui.tui.commands import ActionCommands
from rottui.tui.config_file import NAME, read_config
from rottui.tui.key_names import NONE
from rottui.tui.keymap import NO_KEY, bindings
from rottui.tui.layout import Layout
from rottui.tui.output.ascii_text import ASCII_TEXT
from rottui.tui.pane_requests import PaneRequests, when_up
from rottui.tui.remembered import Remembered
from rottui.tui.screens.main import MainScreen
from rottui.tui.theme_files import theme_folders
from rottui.tui.theming import missing_variables, token_defaults
from rottui.tui.widgets.glyphs import to_ascii

if TYPE_CHECKING:
    from textual.driver import Driver
    from textual.filter import LineFilter

    from rottui.shell_job import Job
    from rottui.store.runs import RunStore
    from rottui.tui.parts import Parts

WAIT_SECONDS = 1.0
"""After so long it is told that the store is still being opened."""
LATER_PANES = ("queue", "charts", "sweep", "equivariance", "data", "predictions", "details")
"""Panes that come behind the first frame."""
TROUBLE_SECONDS = 1.0
"""Between two looks at whether training waits for the store."""
TROUBLE_AGAIN = 30
"""Looks after which a trouble that lasts is told again."""

TOLD = 3
"""Problems of the config file that one notice has room for."""


class RottuiApp(PaneRequests):
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
        store: RunStore | Path,
        *,
        data: str | None = None,
        workers: int | None = None,
        theme: str | None = None,
        train: bool = True,
        job: Job | None = None,
    ) -> None:
        """Make the app; nothing is started before it is mounted.

        Args:
            store: the run store, open, or the folder of one that is opened behind the first frame.
            data: what ``--data`` says; the best data that is there if None.
            workers: worker threads of the engine; as many as fit the machine if None.
            theme: name of a theme for this time; the remembered one if None.
            train: whether this process trains; a screen alone if False.
            job: the shell's that can have the terminal for a while; None without one.
        """
        super().__init__()
        self.job = job
        self._store = store
        self.not_opened: RottuiError | None = None
        """Why the store could not be opened, which ends the app."""
        self._data_text = data
        self._remembered = Remembered(locations.config_dir())
        self._worker_count = workers
        self._train = self.trains = train
        self._trouble: str | None = None
        self._trouble_looks = 0
        self._interrupted_told = ""
        self.ascii_only = _ascii_only()
        self.colours = Colours(self, theme_folders(locations.config_dir()), self._bad_theme)
        self.colours.begin(theme, self._remembered.get("theme"))

    @cached_property
    def parts(self) -> Parts:
        """What works behind the screen; made when it is first needed, after the first frame."""
        from rottui.tui.parts import Parts

        return Parts(
            self, self._opened(), self._remembered, workers=self._worker_count, train=self._train
        )

    @property
    def is_up(self) -> bool:
        """Whether the store is open, and somebody answers what panes ask."""
        return "parts" in self.__dict__

    def _opened(self) -> RunStore:
        """The store.

        Raises:
            StoreError: it cannot be opened.
        """
        if isinstance(self._store, Path):
            from rottui.store.runs import RunStore

            self._store = RunStore.open(self._store)
        return self._store

    def close_store(self) -> None:
        """Close what was opened; nothing may use the store afterwards."""
        if not isinstance(self._store, Path):
            self._store.close()

    # --- starting ----------------------------------------------------------------------------

    def get_default_screen(self) -> Screen[None]:
        """The panes."""
        return MainScreen(ascii=self.ascii_only)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What a line goes through before it is sent."""
        filters = super().get_line_filters()
        return [*filters, ASCII_TEXT] if self.ascii_only else filters

    def pop_screen(self) -> AwaitComplete:
        """Close the screen on top, unless one asks for it that is closed already.

        A key or a click that comes right after the one that closed a screen still goes to it; in
        Textual 8.2.8 it then closes the next one, or ends the app where there is none.
        """
        asks = active_message_pump.get(None)
        nodes = asks.ancestors_with_self if isinstance(asks, DOMNode) else ()
        whose = next((node for node in nodes if isinstance(node, Screen)), None)
        if len(self.screen_stack) == 1 or (whose and whose not in self.screen_stack):
            return AwaitComplete()
        return super().pop_screen()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our tokens, and what else themes do not name."""
        base = self.current_theme.to_color_system().generate()
        return token_defaults(base) | missing_variables(base)

    def on_mount(self) -> None:  # noqa: D102
        self._take_own_keys()
        self.call_after_refresh(self._open)

    def _open(self) -> None:
        """Open the store and load what the rest needs, behind the first frame."""
        if not gc.isenabled():
            gc.freeze()  # what is there by now stays: no collection has to look at it
            gc.enable()
        if not isinstance(self._store, Path):
            self._bring_up()
            return

        def opened(error: RottuiError | None) -> None:
            self.not_opened = error
            if error is None:
                self._bring_up()
                self.do_held_back()
            else:
                self.exit(return_code=1)

        self.set_timer(WAIT_SECONDS, self._tell_waiting)
        Hand(self, "opening").do(self._try_to_open, opened, self.complain)

    def _try_to_open(self) -> RottuiError | None:
        try:
            self._opened()
        except RottuiError as error:
            return error
        for name in ("tui.parts", *(f"tui.widgets.{pane}_pane" for pane in LATER_PANES)):
            import_module(f"rottui.{name}")  # here, since the event loop would stand still
        return None

    def _tell_waiting(self) -> None:
        if not self.is_up:
            self.notify("The store is being opened; another process may be busy with it.")

    def _bring_up(self) -> None:
        """Everything that the first frame does not need."""
        if threading.current_thread() is threading.main_thread() and not self.is_headless:
            self.parts.leaving.handle_signals()
        self.main.mount_rest(Layout.from_json(self._remembered.get("layout")))
        self.colours.bring_up(Hand(self, "themes"), self.parts.remember)
        self.parts.feed.start()
        self.choose_data(self._data_text)
        if self._train:
            started = self._tell_interrupted
            Hand(self, "engine").do(
                self.parts.trainer.start, lambda _: started(), self._not_started
            )
            self.set_interval(TROUBLE_SECONDS, self._look_for_trouble)

    def _not_started(self, sentence: str) -> None:
        self.trains = False
        self.complain(sentence)

    def _tell_interrupted(self) -> None:
        from rottui.tui.trainer import interrupted_line

        told = interrupted_line(self.parts.trainer.interrupted)
        if told and told != self._interrupted_told:
            self._interrupted_told = told
            self.notify(told, title="Interrupted", timeout=12, markup=False)

    def _take_own_keys(self) -> None:
        """Use the keys of the config file; what is wrong there is told, and stops nothing."""
        config = read_config(locations.config_dir())
        problems = [] if config.problem is None else [config.problem]
        if config.keys:
            from rottui.tui.own_keys import own_keys

            own = own_keys(config.keys)
            self.set_keymap(dict(own.keymap))
            problems += own.problems
        if problems:
            told = [
                *problems[:TOLD],
                *(["rottui doctor names the rest"] if problems[TOLD:] else []),
            ]
            self.notify("\n".join(told), title=NAME, severity="warning", timeout=12, markup=False)

    def _bad_theme(self, sentence: str) -> None:
        self.notify(sentence, title="Theme", severity="warning", timeout=8, markup=False)

    def _look_for_trouble(self) -> None:
        """Say that training waits for the store, from time to time, and when it goes on."""
        trouble = self.parts.trainer.trouble
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
        if self.is_up:
            self.parts.feed.stop()

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """None of Textual's own commands: what there is stands in our table, by our names."""
        return ()

    def get_key_display(self, binding: Binding) -> str:
        """A key's name as the terminal can show it; words where there is none."""
        if binding.key.startswith(NO_KEY):
            return NONE
        if self.ascii_only:
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
        if self.is_up:
            self.parts.leaving.terminal_lost()

    def wait_if_alone(self) -> None:
        """Wait for the process's end, if the screen has closed since its terminal is gone."""
        if self.is_up:
            self.parts.leaving.wait_if_alone()

    def stop_engine(self) -> None:
        """Checkpoint the runs in progress and end the workers; any thread, waits."""
        if self.is_up:
            self.parts.leaving.save()

    def stop_reading(self) -> None:
        """Nothing is read for the screen any more; any thread."""
        self.parts.feed.stop()

    def go_on_reading(self) -> None:
        """The screen is there again, and takes what is read."""
        self.parts.feed.go_on()

    def stop_range_tests(self) -> None:
        """End a range test that is under way; any thread, waits."""
        self.parts.stop_range_tests()

    async def action_leave(self) -> None:
        """Exit; where runs are not done, ask what becomes of them."""
        if self.is_up:
            self.parts.leaving.leave()
        else:
            self.exit(return_code=0)

    @when_up
    def action_suspend(self) -> None:
        """Give the terminal back to the shell; the training here goes on."""
        self.parts.leaving.suspend(self._driver)


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
    job: Job | None = None,
) -> int:
    """Open the store, show the app until it is left, and return the exit code.

    Raises:
        StoreError: the store cannot be opened.
    """
    app = RottuiApp(store_folder, data=data, workers=workers, theme=theme, job=job)
    try:
        app.run()
    finally:
        app.wait_if_alone()
        app.stop_engine()  # a crash of the screen loses no training either
        app.close_store()
    if app.not_opened is not None:
        raise app.not_opened
    return app.return_code or 0
