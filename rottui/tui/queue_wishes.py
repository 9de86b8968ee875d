"""What the keys of the queue ask of the store: asked about first where needed, then written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol, TypeVar

from rottui.errors import StoreError
from rottui.store.groups import NO, NOW
from rottui.store.plain import plain
from rottui.store.records import RunRow
from rottui.store.runs import RunStore
from rottui.tui.screens.trash import TrashScreen
from rottui.tui.standstill import standstill
from rottui.tui.widgets.formats import runs_text
from rottui.tui.widgets.queue_pane import QueuePane
from rottui.tui.widgets.queue_rules import Kind

T = TypeVar("T")


class Desk(Protocol):
    """What the app does for the wishes."""

    def wish(self, action: Callable[[], T], done: Callable[[T], None] | None = None) -> None:
        """Write to the store behind the screen, then show what it has become."""

    def ask(self, question: str, then: Callable[[], None]) -> None:
        """Go on after a yes."""

    def say(self, sentence: str) -> None:
        """Tell a person what was done."""

    @property
    def trains(self) -> bool:
        """Whether the app's own engine trains, or is about to."""


class QueueWishes:
    """Writes the wishes of the queue and of its trash; knows what was deleted last.

    A wish is one transaction, of however many runs, and told in one sentence.
    """

    def __init__(self, desk: Desk, store: RunStore) -> None:
        self._desk = desk
        self._store = store
        self._deleted: list[list[int]] = []

    def wish(self, kind: Kind, ids: list[int], note: str = "") -> None:
        """What a person wants of runs; ``note`` says what is left alone."""
        store = self._store
        do, queue = partial(self._do, ids, note), partial(self._queue, ids, note)
        match kind:
            case Kind.PAUSE:
                do(lambda: store.pause(ids), "Pausing")
            case Kind.RESUME:
                queue(lambda: store.resume(ids), "Going on")
            case Kind.CANCEL:
                self._desk.ask(
                    f"Cancel {runs_text(ids)}? Only t, retry, lets them go on again.",
                    lambda: do(lambda: store.cancel(ids), "Cancelling"),
                )
            case Kind.MOVE_UP:
                do(lambda: store.move(ids, -1), "Earlier")
            case Kind.MOVE_DOWN:
                do(lambda: store.move(ids, 1), "Later")
            case Kind.PRIORITY_UP | Kind.PRIORITY_DOWN:
                by = 1 if kind is Kind.PRIORITY_UP else -1
                do(lambda: store.set_priority(ids, by, relative=True), f"Priority {by:+d}")
            case Kind.DRAFT:
                do(lambda: store.draft(ids), "Laid aside")
            case Kind.RETRY:
                queue(lambda: store.retry(ids), "Queued again")
            case Kind.DUPLICATE:
                self._duplicate(ids, note)
            case Kind.DELETE:
                self._delete(ids, note)
            case _:
                raise AssertionError(f"{kind} is done by a form or a dialog")

    def _do(self, ids: list[int], note: str, action: Callable[[], object], what: str) -> None:
        """Do it; of a single run, its row on the screen says so alone."""

        def done(_: object) -> None:
            if note or len(ids) > 1:
                self._desk.say(sentences(f"{what}: {runs_text(ids)}.", note))

        self._desk.wish(lambda: all_or_none(action, ids), done)

    def _queue(self, ids: list[int], note: str, action: Callable[[], object], what: str) -> None:
        """Likewise, and say where nobody will train them."""

        def act() -> str:
            all_or_none(action, ids)
            return standstill(self._store, ids, trains_here=self._desk.trains)

        def done(stands: str) -> None:
            if note or stands or len(ids) > 1:
                self._desk.say(sentences(f"{what}: {runs_text(ids)}.", note, stands))

        self._desk.wish(act, done)

    def _duplicate(self, ids: list[int], note: str) -> None:
        def act() -> tuple[list[int], str]:
            new = [run.id for run in self._store.duplicate(ids)]
            return new, standstill(self._store, new, trains_here=self._desk.trains)

        def done(result: tuple[list[int], str]) -> None:
            new, stands = result
            self._desk.say(sentences(f"Queued {runs_text(new)}.", note, stands))

        self._desk.wish(act, done)

    def _delete(self, ids: list[int], note: str) -> None:
        def done(_: object) -> None:
            self._deleted.append(ids)
            said = f"{runs_text(ids).capitalize()} in the trash; U brings back."
            self._desk.say(sentences(said, note))

        self._desk.wish(lambda: all_or_none(lambda: self._store.delete(ids), ids), done)

    def pause_all(self, paused: bool) -> None:
        """Pause everything, or let it go on."""
        said = "Everything is paused; P goes on." if paused else "The queue goes on."
        self._desk.wish(
            lambda: self._store.pause_all(NOW if paused else NO), lambda _: self._desk.say(said)
        )

    def pause_group(self, event: QueuePane.GroupPaused) -> None:
        """Pause a sweep or group, or let it go on."""
        said = f"{event.name} is paused; S goes on." if event.paused else f"{event.name} goes on."
        self._desk.wish(
            lambda: self._store.set_group(event.group, paused=NOW if event.paused else NO),
            lambda _: self._desk.say(said),
        )

    def tag(self, ids: list[int], add: list[str], remove: list[str]) -> None:
        """Put tags on runs, and take some off."""
        words = " ".join([f"+{word}" for word in add] + [f"-{word}" for word in remove])

        def done(changed: list[int]) -> None:
            whose = runs_text(changed).capitalize()
            self._desk.say(f"{whose}: {words}." if changed else "Tagged so already.")

        self._desk.wish(lambda: self._store.tag(ids, add, remove), done)

    def write_notes(self, run_id: int, text: str) -> None:
        """Replace the notes of a run."""
        self._desk.wish(lambda: self._store.write_notes(run_id, plain(text)))

    def undo(self) -> None:
        """Bring back what was deleted last."""
        if not self._deleted:
            self._desk.say("Nothing was deleted here; T shows the trash.")
            return
        ids = self._deleted.pop()
        self._desk.wish(
            lambda: self._store.restore(ids),
            lambda _: self._desk.say(f"{runs_text(ids).capitalize()} restored."),
        )

    def show_trash(self, screen: TrashScreen) -> None:
        """Fill the screen of the trash."""

        def show(rows: Sequence[RunRow]) -> None:
            if screen.is_mounted:
                screen.show(rows)

        self._desk.wish(lambda: self._store.runs(trashed=True), show)

    def restore(self, event: TrashScreen.RestoreWanted) -> None:
        """Take a run out of the trash."""
        ids = [event.run_id]
        left = ([i for i in some if i != event.run_id] for some in self._deleted)
        self._deleted = [some for some in left if some]
        self._desk.wish(lambda: self._store.restore(ids), lambda _: self.show_trash(event.screen))

    def purge(self, event: TrashScreen.PurgeWanted) -> None:
        """Remove a run of the trash for good, after a question."""
        ids = [event.run_id]
        self._desk.ask(
            f"Remove {runs_text(ids)} with curves and checkpoints? There is no way back.",
            lambda: self._desk.wish(
                lambda: self._store.purge(ids), lambda _: self.show_trash(event.screen)
            ),
        )


def all_or_none(action: Callable[[], object], ids: Sequence[int]) -> None:
    """Do one transaction of many runs; where it fails, say that none of them has changed.

    Raises:
        StoreError: it failed.
    """
    try:
        action()
    except StoreError as error:
        if len(ids) < 2:
            raise
        raise StoreError(f"{error}; none of the {runs_text(ids)} was changed") from None


def sentences(*parts: str) -> str:
    """The parts that are not empty, each ending as a sentence does, in one line."""
    return " ".join(part if part.endswith(".") else f"{part}." for part in parts if part)
