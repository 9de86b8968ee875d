"""What works behind the screen: imported and made once the first frame stands."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from rottui import locations
from rottui.tui.backstage import Hand
from rottui.tui.comparisons import ComparisonAnswers
from rottui.tui.config_file import NAME, read_config
from rottui.tui.copies import Copies
from rottui.tui.details import DetailsAnswers
from rottui.tui.feed import Feed
from rottui.tui.form_wishes import FormWishes
from rottui.tui.images import ImageAnswers, Images
from rottui.tui.leaving import Leaving
from rottui.tui.notices import SETTING, Notices, Way, way_of
from rottui.tui.predictions import PredictionAnswers
from rottui.tui.queue_wishes import QueueWishes
from rottui.tui.range_tests import RangeTests
from rottui.tui.steering_wishes import SteeringWishes
from rottui.tui.sweep_wishes import SweepWishes
from rottui.tui.system import SystemAnswers
from rottui.tui.trainer import Trainer

if TYPE_CHECKING:
    from rottui.core.config import DataConfig
    from rottui.store.runs import RunStore
    from rottui.tui.app import RottuiApp
    from rottui.tui.remembered import Remembered

STOP_SECONDS = 30.0
"""How long leaving waits for a worker that does not stop, such as one that still decodes images."""


class Parts:
    """Who reads the store for the app, who writes what panes wish, who reckons, who trains.

    Args:
        app: whose they are.
        store: the run store, open.
        remembered: what lasts from one launch to the next.
        workers: worker threads of the engine; as many as fit the machine if None.
        train: whether this process trains.
    """

    def __init__(
        self,
        app: RottuiApp,
        store: RunStore,
        remembered: Remembered,
        *,
        workers: int | None,
        train: bool,
    ) -> None:
        self._app, self._remembered = app, remembered
        cache_dir = locations.cache_dir()
        self.trainer = Trainer(
            store.folder, cache_dir=cache_dir, workers=workers, stop_seconds=STOP_SECONDS
        )
        over_ssh = bool(os.environ.get("SSH_CONNECTION"))
        self.feed = Feed(app, store, interval=1.0 if over_ssh else 0.5)
        self.wishes = Hand(app, "wishes")
        self.images = ImageAnswers(Hand(app, "images"), Images(cache_dir))
        self.range_tests = RangeTests(app, cache_dir)
        self.predictions = PredictionAnswers(Hand(app, "predictions"), store, Images(cache_dir))
        self.comparisons = ComparisonAnswers(Hand(app, "comparisons"), store, Images(cache_dir))
        self.copies = Copies(app)
        self.details = DetailsAnswers(Hand(app, "details"), store)
        self.system = SystemAnswers(app, Hand(app, "system"), store)
        self.form_wishes = FormWishes(app, store)
        self.queue_wishes = QueueWishes(app, store)
        self.steering_wishes = SteeringWishes(app, store)
        self.sweep_wishes = SweepWishes(app, store)
        self.leaving = Leaving(app, self.trainer if train else None, self.wishes, remembered)
        self.notices = Notices(app, self._way_of_notices())
        self.form_data: DataConfig | None = None
        """What the form's data are."""

    def _way_of_notices(self) -> Way:
        config = read_config(locations.config_dir())
        way, problem = way_of(config.values.get(SETTING), self._remembered.get(SETTING))
        if problem:
            self._app.notify(problem, title=NAME, severity="warning", markup=False)
        return way

    def notify_otherwise(self) -> str:
        """Tell of ended runs in the next way from now on; which one, as a sentence."""
        self.notices.way = self.notices.way.next
        self.remember(SETTING, self.notices.way)
        return f"When a run ends: {self.notices.way.words}."

    def remember(self, name: str, choice: str) -> None:
        """Keep a choice for the next launch, behind the screen."""
        self.wishes.do(
            lambda: self._remembered.put(name, choice), lambda _: None, self._app.complain
        )

    def stop_range_tests(self) -> None:
        """End a range test that is under way; any thread, waits."""
        self.range_tests.stop(STOP_SECONDS)
