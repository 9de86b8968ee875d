"""What the keys of the sweep's pane ask of the store: more values, more seeds, runs that go on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rottui.core.settings import Value, settings, value_at
from rottui.core.sweep_growth import between, beyond, grown, line_of, more_seeds
from rottui.errors import StoreError
from rottui.store.records import NewRun, RunRow
from rottui.store.runs import RunStore
from rottui.tui.queue_wishes import all_or_none, sentences
from rottui.tui.screens.questions import NumberScreen
from rottui.tui.standstill import standstill
from rottui.tui.widgets.formats import format_count, runs_text

if TYPE_CHECKING:
    from rottui.tui.app import RottuiApp
    from rottui.tui.widgets.sweep_pane import SweepPane

MOST_SEEDS = 100


class SweepWishes:
    """Writes what a person wants of a sweep; what is added is worked out from the store's rows."""

    def __init__(self, app: RottuiApp, store: RunStore) -> None:
        self._app = app
        self._store = store

    def grow(self, asked: SweepPane.Grown) -> None:
        """Queue more runs in the sweep; of seeds, ask how many first."""
        if asked.how != "seeds":
            self._add(asked, 0)
            return

        def answered(count: float | None) -> None:
            if count is not None:
                self._add(asked, int(count))

        words = " · ".join(_words(asked.fields, asked.setting))
        self._app.push_screen(
            NumberScreen(
                f"So many seeds more for {words}:",
                "1",
                _count,
                f"A whole number from 1 to {MOST_SEEDS}.",
            ),
            answered,
        )

    def promote(self, run_ids: tuple[int, ...]) -> None:
        """Let runs go on that wait at a rung, and those that were stopped there."""
        ids = list(run_ids)

        def act() -> str:
            waiting = [run.id for run in self._store.runs(ids=ids) if run.at_rung]
            if waiting:
                all_or_none(lambda: self._store.resume(waiting), waiting)
            stopped = [run_id for run_id in ids if run_id not in waiting]
            if stopped:
                all_or_none(lambda: self._store.go_on(stopped), stopped)
            return self._standstill(ids)

        def done(stands: str) -> None:
            self._app.say(sentences(f"Training on: {runs_text(ids)}.", stands))

        self._app.wish(act, done)

    def _add(self, asked: SweepPane.Grown, seeds: int) -> None:
        def act() -> tuple[str, str]:
            new, words = self._runs(asked, seeds)
            rows = self._store.add_runs(new, into=asked.sweep_id)
            return words, self._standstill([run.id for run in rows])

        def done(result: tuple[str, str]) -> None:
            words, stands = result
            self._app.say(sentences(f"Queued {words}.", stands))

        self._app.wish(act, done)

    def _runs(self, asked: SweepPane.Grown, count: int) -> tuple[list[NewRun], str]:
        """The runs to add, and what they are in words.

        Raises:
            StoreError: the sweep has changed, is halved, or varies nothing that has an order.
            ConfigError: there is no such value, or no run can have it.
        """
        runs = self._store.runs(sweep=asked.sweep_id)
        for sweep in self._store.sweeps():
            if sweep.id == asked.sweep_id and (sweep.spec or {}).get("halving"):
                raise StoreError(
                    "a halved sweep keeps the runs that its rungs were counted for; "
                    "queue another sweep"
                )
        places = {run.id: tuple(value_at(run.config, f) for f in asked.fields) for run in runs}
        members = [run for run in runs if places[run.id] == asked.setting]
        if not members:
            raise StoreError("the sweep has no run of that setting any more")
        setting = asked.setting
        if asked.how == "seeds":
            seeds = more_seeds(_seeds(members), _seeds(runs), count)
        else:
            setting = self._setting(asked, list(places.values()))
            seeds = tuple(dict.fromkeys(_seeds(members)))
        every = {*_seeds(runs), *seeds}
        made = grown(members[0].config, asked.fields, setting, seeds, name_seeds=len(every) > 1)
        words = " · ".join(_words(asked.fields, setting))
        said = words if len(seeds) == 1 else f"{words} with {format_count(len(seeds), 'seed')}"
        return [NewRun(name, config.to_dict(), config.epochs) for name, config in made], said

    def _setting(
        self, asked: SweepPane.Grown, places: Sequence[tuple[Value, ...]]
    ) -> tuple[Value, ...]:
        """The chosen setting with the new value."""
        if asked.field is None:
            raise StoreError("what this sweep varies has no order; nothing is beside anything")
        at, kind = asked.fields.index(asked.field), settings()[asked.field]
        line, value = line_of(places, asked.setting, at), asked.setting[at]
        if not isinstance(value, int | float) or value not in line:
            raise StoreError(f"{kind.short} {kind.said(value)} has no place among numbers")
        if asked.how == "between":
            new = between(line, value, kind)
        else:
            new = beyond(line, kind, above=asked.how == "above")
        return (*asked.setting[:at], new, *asked.setting[at + 1 :])

    def _standstill(self, ids: Sequence[int]) -> str:
        return standstill(self._store, ids, trains_here=self._app.trains)


def _seeds(runs: Sequence[RunRow]) -> list[int]:
    found = (run.config.get("seed") for run in runs)
    return [seed for seed in found if isinstance(seed, int)]


def _words(fields: Sequence[str], setting: Sequence[Value]) -> list[str]:
    known = settings()
    return [f"{known[f].short} {known[f].said(v)}" for f, v in zip(fields, setting, strict=True)]


def _count(text: str) -> float:
    count = int(text)
    if not 1 <= count <= MOST_SEEDS:
        raise ValueError(text)
    return count
