"""What the predictions pane asks for, reckoned behind the screen."""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import TYPE_CHECKING

from rottui.engine.predicting import chosen, config_of, predictor_of

if TYPE_CHECKING:
    from rottui.store.runs import RunStore
    from rottui.tui.backstage import Hand
    from rottui.tui.images import Images
    from rottui.tui.widgets.predictions_pane import PredictionsPane, PredictionsShown

KEPT = 4
"""Predictions that are kept, for going back and forth between runs: a few megabytes."""


class PredictionAnswers:
    """Predicts on one thread of its own, with one thread of PyTorch's, so that training goes on."""

    def __init__(self, hand: Hand, store: RunStore, images: Images) -> None:
        self._hand = hand
        self._store = store
        self._images = images
        self._newest = 0
        self._kept: OrderedDict[tuple[int, str, str], PredictionsShown] = OrderedDict()

    def answer(self, pane: PredictionsPane, asked: PredictionsPane.Requested) -> None:
        """Predict with the newest checkpoint; of many requests in a row, the last ones only."""
        self._newest = asked.number

        def compute() -> PredictionsShown | None:
            late = asked.number != self._newest  # a later request stands behind this one
            return None if late else self._shown(asked)

        def then(shown: PredictionsShown | None) -> None:
            if shown is None:
                pane.keep(number=asked.number)
            else:
                pane.show(shown, number=asked.number)

        self._hand.do(compute, then, lambda said: pane.show_error(said, number=asked.number))

    def _shown(self, asked: PredictionsPane.Requested) -> PredictionsShown | None:
        """The predictions; None where those on the screen are of the newest checkpoint.

        Raises:
            RottuiError: the run, its checkpoint or its images cannot be read.
        """
        run = self._store.run(asked.run_id)
        newest = chosen(run, self._store.checkpoints(run.id))
        if newest.sha256 == asked.known:
            return None
        kept = self._kept.get((run.id, newest.sha256, asked.split))
        if kept is not None:
            return kept
        shown = self._predict(asked)
        self._kept[run.id, shown.checkpoint, shown.split] = shown
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return shown

    def _predict(self, asked: PredictionsPane.Requested) -> PredictionsShown:
        from rottui.core.pytorch import explained_imports
        from rottui.tui.widgets.predictions_pane import PredictionsShown

        with explained_imports():
            import torch
        torch.set_num_threads(1)  # of this thread alone
        run = self._store.run(asked.run_id)
        dataset = self._images.dataset(config_of(run).data)
        started = time.perf_counter()
        found = predictor_of(self._store, run, train_angles=lambda: dataset.train.angles)
        split = dataset.train if asked.split == "train" else dataset.test
        return PredictionsShown(
            run_id=run.id,
            run_name=run.name,
            split=asked.split,
            kind=found.checkpoint.kind,
            epoch=found.checkpoint.epoch,
            checkpoint=found.wanted.sha256,
            refused=found.wanted.kind if found.refused else "",
            predictions=found.predictor.predict(split, dataset.class_names),
            source=dataset.source,
            seconds=time.perf_counter() - started,
        )
