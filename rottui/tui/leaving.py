"""Leaving the screen, by choice or by force, and what becomes of the runs then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rottui.tui.backstage import Hand
from rottui.tui.departure import Departure
from rottui.tui.remembered import Remembered
from rottui.tui.screens.questions import LeaveScreen, NoticeScreen
from rottui.tui.trainer import Trainer

if TYPE_CHECKING:
    from textual.driver import Driver

    from rottui.tui.app import RottuiApp


class Leaving:
    """Asks, hands over, saves, and then lets the app exit or stop; once.

    Args:
        app: whose screen is left.
        trainer: who trains for it; None where nobody does.
        wishes: the thread in which the store is written and processes are awaited.
        remembered: keeps the last choice.
    """

    def __init__(
        self, app: RottuiApp, trainer: Trainer | None, wishes: Hand, remembered: Remembered
    ) -> None:
        self._app = app
        self._trainer = trainer
        self._wishes = wishes
        self._remembered = remembered
        self.away = False
        """Whether the shell has the terminal, and nothing needs to be read for it."""
        self._begun = False
        self._departure: Departure | None = None

    # --- by force ----------------------------------------------------------------------------

    def handle_signals(self) -> None:
        """Take over the signals that end the process or take its terminal; main thread only."""
        self._departure = Departure(
            save=self.save, leave=self._leave_from_thread, train_alone=self._train_alone
        )
        self._departure.install()

    def terminal_lost(self) -> None:
        """A write has shown that the terminal is gone; any thread."""
        if self._departure is not None:
            self._departure.terminal_lost()

    def wait_if_alone(self) -> None:
        """Wait for the process's end, if the screen has closed since its terminal is gone."""
        if self._departure is not None:
            self._departure.wait_if_alone()

    def save(self) -> None:
        """Checkpoint the runs in progress and end the workers; any thread, waits."""
        self._begun = True
        self._app.stop_range_tests()
        if self._trainer is not None:
            self._trainer.stop()

    def _train_alone(self) -> None:
        """Without a screen: nothing is read for it any more, and the engine goes on."""
        self._app.stop_reading()
        self._app.stop_range_tests()
        if self._trainer is not None:
            self._trainer.train_alone()

    def _leave_from_thread(self, code: int) -> None:
        self._app.call_later(self._leave_with, code)

    def _leave_with(self, code: int) -> None:
        self._app.stop_reading()
        self._app.exit(return_code=code)

    # --- by choice ---------------------------------------------------------------------------

    def leave(self) -> None:
        """Exit; where runs are not done, ask what becomes of them."""
        if not self._asked:
            self._wishes.do(self._is_busy, self._leave_or_ask, lambda _: self._stop_and_leave())

    @property
    def _asked(self) -> bool:
        return self._begun or isinstance(self._app.screen, LeaveScreen)

    def _is_busy(self) -> bool:
        return self._trainer is not None and self._trainer.busy

    def _leave_or_ask(self, busy: bool) -> None:
        if self._asked:
            return
        if not busy:
            self._stop_and_leave()
            return

        def answered(answer: str | None) -> None:
            if answer is None:
                return
            self._remembered.put("leave", answer)
            if answer == "go on":
                self._go_on_and_leave()
            else:
                self._stop_and_leave()

        said = "Some runs are not done yet. When this screen is left, they"
        self._app.push_screen(LeaveScreen(said, self._remembered.get("leave")), answered)

    def _stop_and_leave(self) -> None:
        """Save the runs in progress and exit."""
        if self._begun:
            return
        self._begun = True
        self._app.push_screen(
            NoticeScreen("Saving the runs in progress; the next launch continues them.")
        )
        self._wishes.do(self.save, lambda _: self._leave_with(0), lambda _: self._leave_with(1))

    def _go_on_and_leave(self) -> None:
        """Hand the runs to a process of its own, and exit."""
        self._begun = True
        self._hand_over()

    def suspend(self, driver: Driver | None) -> None:
        """Give the terminal back to the shell until ``fg``; the training here goes on."""
        if self._begun or self.away:
            return
        suspend = getattr(driver, "suspend_screen", None)
        if suspend is None or driver is None or not driver.can_suspend:
            said = "There is no shell here to go back to; q leaves, and runs can go on."
            self._app.notify(said, severity="warning", timeout=6)
            return
        self.away = True
        self._app.app_resume_signal.subscribe(self._app, self._resumed)
        suspend()

    def _hand_over(self) -> None:
        notice = NoticeScreen("Another process gets ready to go on with the runs.")
        self._app.push_screen(notice)

        def failed(sentence: str) -> None:
            self._begun = False
            notice.dismiss()
            self._app.complain(f"Not left: {sentence}")

        self._wishes.do(self._let_go, lambda _: self._leave_with(0), failed)

    def _let_go(self) -> None:
        if self._trainer is not None:
            self._trainer.hand_over()

    def _resumed(self, _: object) -> None:
        self.away = False
        self._app.app_resume_signal.unsubscribe(self._app)
        self._app.go_on_reading()
        self._app.action_repaint()
