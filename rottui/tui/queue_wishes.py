"""What the keys of the queue ask of the store: asked about first where needed, then written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from rottui.store.groups import NO, NOW
from rottui.store.records import RunRow
from rottui.store.runs import RunStore
from rottui.tui.screens.trash import TrashScreen
from rottui.tui.widgets.formats import runs_text
from rottui.tui.widgets.queue_pane import QueuePane
from rottui.tui.widgets.queue_rules import Kind


class Desk(Protocol):
    """What the app does for the wishes."""

    def wish(
        self, action: Callable[[], object], done: Callable[[object], None] | None = None
    ) -> None:
        """Write to the store behind the screen, then show what it has become."""

    def ask(self, question: str, then: Callable[[], None]) -> None:
        """Go on after a yes."""

    def say(self, sentence: str) -> None:
        """Tell a person what was done."""


class QueueWishes:
    """Writes the wishes of the queue and of its trash; knows what was deleted last."""

    def __init__(self, desk: Desk, store: RunStore) -> None:
        self._desk = desk
        self._store = store
        self._deleted: list[list[int]] = []

    def wish(self, kind: Kind, ids: list[int]) -> None:
        """What a person wants of runs."""
        store, desk = self._store, self._desk
        match kind:
            case Kind.PAUSE:
                desk.wish(lambda: store.pause(ids))
            case Kind.RESUME:
                desk.wish(lambda: store.resume(ids))
            case Kind.CANCEL:
                desk.ask(
                    f"Cancel {runs_text(ids)}? Only t, retry, lets them go on again.",
                    lambda: desk.wish(lambda: store.cancel(ids)),
                )
            case Kind.MOVE_UP | Kind.MOVE_DOWN:
                desk.wish(partial(self._move, ids, -1 if kind is Kind.MOVE_UP else 1))
            case Kind.PRIORITY_UP | Kind.PRIORITY_DOWN:
                by = 1 if kind is Kind.PRIORITY_UP else -1
                desk.wish(lambda: store.set_priority(ids, by, relative=True))
            case Kind.DRAFT:
                desk.wish(lambda: store.draft(ids))
            case Kind.RETRY:
                desk.wish(lambda: store.retry(ids))
            case Kind.DUPLICATE:
                desk.wish(lambda: store.duplicate(ids))
            case Kind.DELETE:
                desk.wish(lambda: store.delete(ids), lambda _: self._note_deleted(ids))
            case _:
                raise AssertionError(f"{kind} is done by a form or a dialog")

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

        def show(result: object) -> None:
            rows: Sequence[RunRow] = result  # type: ignore[assignment]
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

    def _note_deleted(self, ids: list[int]) -> None:
        self._deleted.append(ids)
        self._desk.say(f"{runs_text(ids).capitalize()} in the trash; U brings back.")

    def _move(self, ids: list[int], by: int) -> None:
        for run_id in ids if by < 0 else reversed(ids):  # so that they do not pass each other
            self._store.move(run_id, by)
