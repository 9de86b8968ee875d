"""``rottui work``: train the queue without a screen, and tell what happens, a line each."""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

from rottui import locations
from rottui.commands.here import STOP_SECONDS
from rottui.commands.logs import log_to
from rottui.commands.signals import StopWish, stop_on_signals
from rottui.commands.stores import store_folder
from rottui.commands.tables import on_terminal
from rottui.commands.texts import metrics_line
from rottui.commands.usage import DONE, FAILED, UsageError, complain, positive
from rottui.engine.engine import Engine
from rottui.errors import NoRoomError, StoreError
from rottui.store.records import EventRow
from rottui.store.runs import RunStore
from rottui.store.states import State
from rottui.terminal_loss import let_go_of_the_terminal
from rottui.tui.widgets.formats import format_pace

log = logging.getLogger("rottui.commands")

POLL = 0.2
"""Seconds between two looks at the store."""
OPEN_AGAIN = 2.0
"""Seconds until a store whose disk was full is opened again."""
STYLES = {"failed": "bold red", "done": "green", "recovered": "yellow", "paused": "yellow"}


def work(
    *,
    workers: str | None,
    threads: str | None,
    until_empty: bool,
    ready_fd: str | None,
    store: str | None,
) -> int:
    """Train what is queued until a signal comes, or the queue is empty; the exit code.

    Raises:
        UsageError: a flag that can never work.
        StoreError: the store cannot be used.
        TrainingError: PyTorch is missing or broken.
    """
    count, each = positive("--workers", workers), positive("--threads", threads)
    ready = None if ready_fd is None else _descriptor(ready_fd)
    folder = store_folder(store)
    log_to(folder)
    with stop_on_signals(("SIGINT", "SIGTERM")) as stop, _hangups(), ExitStack() as stack:
        opened = _opened(folder, stop)
        if opened is None:
            return stop.exit_code or FAILED
        rows = stack.enter_context(opened)
        teller = Teller(rows)
        engine = Engine(
            folder, cache_dir=locations.cache_dir(), workers=count, threads=each, program="work"
        )
        try:
            engine.start(None if ready is None else lambda: _say_ready(ready))
            teller.say(f"training the queue of {folder}, process {os.getpid()}")
            _follow(engine, teller, stop, until_empty=until_empty)
            if stop.event.is_set():
                teller.say("saving …")
        finally:
            stopped = engine.stop(STOP_SECONDS)
        teller.tell()
        if not stopped:
            complain(f"a worker did not stop in {STOP_SECONDS:.0f} s; its last save counts")
        if stop.exit_code is not None:
            return stop.exit_code
        teller.say("nothing is left that could be trained")
        return FAILED if teller.failures else DONE


def _opened(folder: Path, stop: StopWish) -> RunStore | None:
    """The store, once its disk has room for it; None if a signal came before.

    Raises:
        StoreError: it cannot be used for another reason.
    """
    told = False
    while True:
        try:
            return RunStore.open(folder)
        except NoRoomError as error:
            if not told:
                complain(f"training waits: {error}")
            told = True
        if stop.event.wait(OPEN_AGAIN):
            return None


def _follow(engine: Engine, teller: Teller, stop: StopWish, *, until_empty: bool) -> None:
    while not stop.event.is_set():
        try:
            teller.tell()
            teller.trouble(engine.trouble)
            if until_empty and engine.idle and not teller.others_train():
                return
        except StoreError as error:
            teller.trouble(str(error))
        stop.event.wait(POLL)


class Teller:
    """Prints a line for each event and each epoch of a store, from now on."""

    def __init__(self, store: RunStore) -> None:
        self._store = store
        self._event = store.newest_event()
        self._revision = store.revision()
        self._epochs = {run.id: _last_epoch(run.last) for run in store.runs()}
        self._trouble: str | None = None
        self._reader_left = False
        self._styled = on_terminal()
        self.failures = 0
        """Runs that have failed since."""

    def tell(self) -> None:
        """Print what has happened since the last call.

        Raises:
            StoreError: the store cannot be read.
        """
        if self._store.revision() == self._revision:
            return
        changes = self._store.changes(self._revision)
        lines: list[tuple[float, str, str]] = []
        for number, event in self._store.events_after(self._event).items():
            self._event = number
            self.failures += event.kind == State.FAILED
            lines.append((event.at, _sentence(event), STYLES.get(event.kind, "")))
        for run in changes.runs:
            seen = self._epochs.get(run.id, -1)
            for row in self._store.epochs(run.id, after=seen):
                self._epochs[run.id] = row.epoch
                epoch = f"epoch {row.epoch:>{len(str(run.epochs))}}/{run.epochs}"
                text = f"run {run.id}  {epoch}  {metrics_line(row)}  {format_pace(row.seconds)} s"
                lines.append((row.at, text, ""))
        for at, text, style in sorted(lines, key=lambda line: line[0]):
            self._print(at, text, style)
        self._revision = changes.revision

    def others_train(self) -> bool:
        """Whether a run is in training anywhere: its process may die, or is about to let go of it.

        Raises:
            StoreError: the store cannot be read.
        """
        return State.RUNNING in self._store.counts()

    def trouble(self, sentence: str | None) -> None:
        """Say what is wrong with the store, once, and when it is over (None)."""
        if sentence != self._trouble:
            if sentence is not None:
                self._print(time.time(), f"training waits: {sentence}", "bold red")
            elif self._trouble is not None:
                self.say("the store can be written again; training goes on")
            self._trouble = sentence

    def say(self, text: str) -> None:
        """Print a line of now."""
        self._print(time.time(), text, "")

    def _print(self, at: float, text: str, style: str) -> None:
        """A reader that has left is no reason to stop training."""
        if self._reader_left:
            return
        stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at))
        try:
            if self._styled:
                from rich.console import Console
                from rich.text import Text

                line = Text.assemble((f"{stamp} ", "dim"), (text, style))
                Console(highlight=False, soft_wrap=True).print(line)
            else:
                print(f"{stamp} {text}", flush=True)
        except OSError as error:
            log.warning("nobody reads the lines any more: %s", error)
            self._reader_left = True
            let_go_of_the_terminal()


def _last_epoch(last: object) -> int:
    return getattr(last, "epoch", -1)


def _sentence(event: EventRow) -> str:
    detail = f": {event.detail}" if event.detail else ""
    return f"run {event.run_id} {event.kind}{detail}"


def _descriptor(text: str) -> int:
    if not text.isdecimal():
        raise UsageError(f"--ready-fd: must be the number of an open descriptor, not {text!r}")
    try:
        os.fstat(int(text))
    except OSError:
        raise UsageError(f"--ready-fd: descriptor {text} is not open") from None
    return int(text)


def _say_ready(descriptor: int) -> None:
    try:
        os.write(descriptor, b"ready\n")
        os.close(descriptor)
    except OSError as error:  # whoever wanted to know has gone
        log.warning("cannot tell that training begins: %s", error)


@contextmanager
def _hangups() -> Iterator[None]:
    """Within, a terminal that vanishes is let go of; the training goes on."""
    if not hasattr(signal, "SIGHUP") or signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        yield
        return

    def let_go(number: int, frame: FrameType | None) -> None:
        log.info("the terminal is gone; training goes on without it")
        let_go_of_the_terminal()

    before = signal.signal(signal.SIGHUP, let_go)
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)
