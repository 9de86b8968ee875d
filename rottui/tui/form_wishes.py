"""What goes into the form and comes back from it: new runs, edited ones, forks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rottui.core.config import RunConfig
from rottui.engine import steering
from rottui.store.records import Checkpoint, NewRun, RunRow
from rottui.store.runs import RunStore
from rottui.store.states import State
from rottui.tui.queue_wishes import sentences
from rottui.tui.screens.checkpoints import CheckpointScreen
from rottui.tui.standstill import standstill
from rottui.tui.widgets.configure_pane import ConfigurePane
from rottui.tui.widgets.form_purpose import Edit, Fork
from rottui.tui.widgets.queue_rules import Kind

if TYPE_CHECKING:
    from rottui.tui.app import RottuiApp


class FormWishes:
    """Fills the form from runs, and writes what it says."""

    def __init__(self, app: RottuiApp, store: RunStore) -> None:
        self._app = app
        self._store = store

    # --- into the form -----------------------------------------------------------------------

    def wish(self, kind: Kind, run_id: int) -> None:
        """Fill the form as a wish of ``FORMED`` wants it."""
        if kind is Kind.FORK:
            self._app.read(lambda: self._forkable(run_id), self._choose)
        else:
            here = kind is Kind.EDIT_HERE
            self._app.read(lambda: self._store.run(run_id), lambda run: self._edit(run, here=here))

    def _edit(self, run: RunRow, *, here: bool) -> None:
        config = RunConfig.from_dict(run.config)
        # A name that was made from the settings is made anew from the edited ones.
        made = run.name.startswith(config.default_name)
        self._pane.fill(config, "" if made else run.name, Edit(run.id) if here else None)
        self._app.main.go_to("configure")

    def _forkable(self, run_id: int) -> tuple[RunRow, list[Checkpoint]]:
        """A run and the places that it can be forked from, the last one first."""
        run = self._store.run(run_id)
        kept = {checkpoint.kind: checkpoint for checkpoint in self._store.checkpoints(run_id)}
        places: dict[int, Checkpoint] = {}
        for kind in steering.KINDS:
            if kind in kept:
                places.setdefault(kept[kind].step, kept[kind])
        return run, list(places.values())

    def _choose(self, found: tuple[RunRow, list[Checkpoint]]) -> None:
        run, checkpoints = found
        if not checkpoints:
            how = "; w saves one" if run.state is State.RUNNING else ""
            self._app.complain(f"run {run.id} has no checkpoint to fork from{how}")
        elif len(checkpoints) == 1:
            self._fill_fork(run, checkpoints[0])
        else:
            self._app.push_screen(
                CheckpointScreen(run, checkpoints), lambda chosen: self._fill_fork(run, chosen)
            )

    def _fill_fork(self, run: RunRow, checkpoint: Checkpoint | None) -> None:
        if checkpoint is not None:
            parent = RunConfig.from_dict(run.config)
            fork = Fork(run.id, checkpoint.kind, checkpoint.epoch, parent)
            self._pane.fill(fork.start(), "", fork)
            self._app.main.go_to("configure")

    # --- and back ----------------------------------------------------------------------------

    def queue(self, event: ConfigurePane.Queued) -> None:
        """Add what the form describes to the queue."""
        runs, sweep, spec = list(event.runs), event.sweep, event.spec

        def add() -> tuple[Sequence[RunRow], str]:
            rows = self._store.add_runs(_pinned(runs, event.until), sweep=sweep, spec=spec)
            return rows, self._standstill(rows)

        def done(result: tuple[Sequence[RunRow], str]) -> None:
            rows, stands = result
            said = f"Queued {rows[0].name}."
            if len(rows) > 1:
                said = f"Queued {len(rows)} runs; Space marks those that the charts show."
            self._app.say(sentences(said, stands))
            self._app.main.go_to("queue")

        self._app.wish(add, done)

    def edited(self, event: ConfigurePane.Edited) -> None:
        """Give a run that waits the form's name and config."""

        def edit() -> None:
            (new,) = _pinned([(event.name, event.config)], None)
            self._store.edit(event.run_id, new)

        self._app.wish(edit, lambda _: self._saved(f"Run {event.run_id} is changed."))

    def forked(self, event: ConfigurePane.Forked) -> None:
        """Queue a fork with the form's config."""
        fork = event.fork

        def make() -> tuple[RunRow, str]:
            parent = self._store.run(fork.run_id)
            child = steering.fork(
                self._store, parent, event.config, kind=fork.kind, name=event.name or None
            )
            return child, self._standstill([child])

        def done(result: tuple[RunRow, str]) -> None:
            child, stands = result
            where = f"run {fork.run_id} from epoch {fork.epoch}"
            self._saved(sentences(f"Queued run {child.id}, a fork of {where}.", stands))

        self._app.wish(make, done)

    def _standstill(self, rows: Sequence[RunRow]) -> str:
        ids = [run.id for run in rows]
        return standstill(self._store, ids, trains_here=self._app.trains)

    def _saved(self, said: str) -> None:
        self._app.say(said)
        self._pane.stop_editing()
        self._app.main.go_to("queue")

    @property
    def _pane(self) -> ConfigurePane:
        return self._app.main.query_one(ConfigurePane)


def _pinned(runs: Sequence[tuple[str, RunConfig]], until: int | None) -> list[NewRun]:
    """Named configs as the store takes them, with the data as they are now.

    Raises:
        DataError: data that are not there.
    """
    from rottui.core.data import pin_data

    pinned = {data: pin_data(data) for data in dict.fromkeys(config.data for _, config in runs)}
    new = []
    for name, config in runs:
        whole = RunConfig.model_copy(config, update={"data": pinned[config.data]})
        new.append(NewRun(name, whole.to_dict(), whole.epochs, until))
    return new
