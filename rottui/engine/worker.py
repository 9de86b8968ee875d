"""One worker thread: claim, restore, train, commit each epoch, obey wishes, let go; repeat.

Checkpoints: ``last`` at most every ``SAVE_SECONDS`` and whenever the run is let go of; ``best``
(lowest test loss so far) together with it. After a kill the run goes on from its last checkpoint;
epochs that were committed since then stay in the store, and are trained anew to the same bits.

While the store cannot be written (its disk is full, it is read-only, somebody holds its lock), the
run waits where it stands, with the finished epoch in memory, and commits it once that works: no
epoch is lost and none is trained twice, and a pause or a cancel that was wished meanwhile comes
after it. Its lease may expire; who takes the run over then is the one whose write comes first, and
the other changes nothing.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import asdict
from typing import TYPE_CHECKING, TypeVar

from rottui.core.config import RunConfig
from rottui.engine.datasets import Datasets
from rottui.engine.halving import Halvings
from rottui.engine.threads import Cores
from rottui.engine.troubles import Troubles
from rottui.engine.versions import versions
from rottui.errors import CheckpointError, RottuiError, StoreError, TrainingError
from rottui.store.records import Checkpoint, Claim, EpochRow, Steer
from rottui.store.runs import RunStore
from rottui.store.states import State
from rottui.store.work import LeaseLostError

if TYPE_CHECKING:
    from rottui.core.checkpoint import TrainingState
    from rottui.core.events import EpochDone
    from rottui.core.steering import Scale
    from rottui.core.training import Training

log = logging.getLogger("rottui.engine")

SAVE_SECONDS = 5.0
"""Wall time between two checkpoints of a run, at least: one takes about 14 ms."""
WISH_SECONDS = 0.1
"""How often a training run looks for a wish."""
POLL_SECONDS = 0.25
"""How often an idle worker looks into the queue."""
RETRY_SECONDS = 2.0
"""Pause after the store could not be written, before the same is tried again."""
WAIT_TOLD_SECONDS = 1.0
"""A wait for the store of at least so long is told among the run's events, when it is over."""

T = TypeVar("T")


class Worker(threading.Thread):
    """Trains runs of the store until it is told to stop."""

    def __init__(
        self,
        name: str,
        store: RunStore,
        datasets: Datasets,
        *,
        cores: Cores,
        only: Collection[int] | None,
        halvings: Halvings,
        troubles: Troubles,
        stopping: threading.Event,
        retiring: threading.Event,
    ) -> None:
        super().__init__(name=f"rottui-{name}", daemon=True)
        self.worker_id = name
        self._store = store
        self._datasets = datasets
        self._cores = cores
        self._only = only
        self._halvings = halvings
        self._troubles = troubles
        self._stopping = stopping
        self._retiring = retiring

    def run(self) -> None:
        """Claim and train until told to stop; an error of one run never ends the worker."""
        while not self._stopping.is_set():
            if self._retiring.is_set():
                self._stopping.wait(POLL_SECONDS)
                continue
            try:
                self._halvings.settle()
                threads = self._cores.for_next_run(self._store, self.worker_id)
                claim = self._store.claim(
                    self.worker_id, threads=threads, only=self._only, versions=versions()
                )
            except StoreError as error:
                self._troubles.begin(self.worker_id, str(error))
                self._stopping.wait(RETRY_SECONDS)
                continue
            self._troubles.end(self.worker_id)
            if claim is None:
                self._stopping.wait(POLL_SECONDS)
                continue
            self._cores.hold(self.worker_id, claim)
            try:
                self._train_claimed(claim)
            finally:
                self._cores.hold(self.worker_id, None)

    def _train_claimed(self, claim: Claim) -> None:
        try:
            session = _Session(self._store, claim, self._stopping, self._cores, self._troubles)
            session.train(self._datasets)
        except LeaseLostError as error:
            log.warning("%s", error)
        except StoreError as error:
            # It was asked to stop while the disk was full, say: the run goes back if that can be
            # written, and else when its lease expires; its last checkpoint counts.
            log.error("run %s: %s", claim.run.id, error)
            self._let_go(claim, State.QUEUED, detail=str(error))
            self._stopping.wait(RETRY_SECONDS)
        except RottuiError as error:
            self._let_go(claim, State.FAILED, error=str(error))
        except Exception as error:
            log.exception("run %s failed unexpectedly", claim.run.id)
            self._let_go(claim, State.FAILED, error=f"unexpected {type(error).__name__}: {error}")

    def _let_go(
        self, claim: Claim, state: State, *, error: str | None = None, detail: str = ""
    ) -> None:
        try:
            self._store.finish(claim, state, error=error, detail=detail)
        except StoreError as trouble:  # its lease will expire, and another worker takes it
            log.error("run %s cannot be let go of: %s", claim.run.id, trouble)


class _Session:
    """One claim, from restore to the end."""

    def __init__(
        self,
        store: RunStore,
        claim: Claim,
        stopping: threading.Event,
        cores: Cores,
        troubles: Troubles,
    ) -> None:
        self._store = store
        self._cores = cores
        self._troubles = troubles
        self._claim = claim
        self._stopping = stopping
        self._next_look = 0.0
        self._next_save = time.monotonic() + SAVE_SECONDS
        self._best_loss = self._patiently(self._saved_best_loss)
        self._best: TrainingState | None = None
        self._refused: list[Checkpoint] = []
        self._has_baseline = claim.run.baseline is not None

    def train(self, datasets: Datasets) -> None:
        import torch

        from rottui.core.graphs import own_stream

        run = self._claim.run
        if run.error is not None:  # a claim clears what went wrong before: what is left is the row
            raise TrainingError(f"{run.error}; delete the run and queue it again")
        config = RunConfig.from_dict(run.config)
        torch.set_num_threads(run.threads or 1)
        with own_stream(config.device):
            self._drive(self._training(config, datasets))

    def _drive(self, training: Training) -> None:
        from rottui.core.events import Diverged, EpochDone, Stopped, StoppedEarly

        run = self._claim.run
        state, error, reason, detail = State.DONE, None, None, ""
        rung = run.until
        for event in training.events(lambda: training.epoch == rung or self._should_stop(training)):
            match event:
                case EpochDone():
                    self._commit(training, event)
                    training.use_threads(max(run.threads or 1, self._cores.now()))
                case Diverged():
                    state, error = State.FAILED, event.message
                case StoppedEarly():
                    reason = event.message
                case Stopped() if event.epoch == rung:
                    state = State.PAUSED
                    detail = f"at its rung, epoch {event.epoch}: waits for the others of its sweep"
                case Stopped():
                    state = State.QUEUED  # or what the wish says by then: the store decides
                    detail = f"at epoch {event.epoch}, step {event.step}"
        self._patiently(
            lambda: self._store.finish(
                self._claim,
                state,
                error=error,
                reason=reason,
                detail=detail,
                checkpoints=self._save(training),
                place=training.place,
            )
        )

    def _training(self, config: RunConfig, datasets: Datasets) -> Training:
        """The run as its newest sound checkpoint has it, or from the start."""
        from rottui.core.training import Training

        dataset = datasets.get(config.data)
        for checkpoint in self._patiently(lambda: self._store.checkpoints(self._claim.run.id)):
            if checkpoint.kind == "best":
                continue
            try:
                data = self._store.read_checkpoint(checkpoint)
                training = Training.restore(config, dataset, data)
                training.steer(self._scales())
            except CheckpointError as error:
                log.warning("run %s: %s", self._claim.run.id, error)
                self._note("checkpoint refused", str(error))
                self._refused.append(checkpoint)
                continue
            place = f"from epoch {training.epoch}, step {training.step}"
            if training.restored_learner != training.learner.name:
                place += (
                    f"; trained by {training.restored_learner} code before, by "
                    f"{training.learner.name} code now: the last digits may differ"
                )
            self._note("resumed", place, training.place)
            return training
        if self._claim.run.parent_id is not None:
            raise TrainingError(
                f"the checkpoint that it was forked with cannot be read; fork run "
                f"{self._claim.run.parent_id} again"
            )
        if self._refused:
            self._note("restarted", "no checkpoint could be read", 0.0)
        training = Training(config, dataset)
        training.steer(self._scales())
        return training

    def _scales(self) -> list[Scale]:
        """The scales of the lr that were applied so far, by whichever worker."""
        from rottui.core.steering import Scale

        found = self._patiently(lambda: self._store.scales(self._claim.run.id))
        return [Scale(step, factor) for step, factor in found]

    def _should_stop(self, training: Training | None = None) -> bool:
        """Whether to stop before the next batch; a training is steered there, too."""
        if self._stopping.is_set():
            return True
        now = time.monotonic()
        if now < self._next_look:
            return False
        self._next_look = now + WISH_SECONDS
        try:
            if self._store.wish_of(self._claim) is not None:
                return True
            asked = self._store.asked(self._claim)
        except LeaseLostError:
            raise
        except StoreError as error:  # the epoch's commit will wait for it
            log.warning("run %s: cannot look for a wish: %s", self._claim.run.id, error)
            self._next_look = now + RETRY_SECONDS
            return False
        if training is not None and asked:
            # What fails here ends the session: whether it was written is not known, and no batch
            # may be trained unlike the store says.
            self._steer(training, asked)
        return False

    def _steer(self, training: Training, asked: list[Steer]) -> None:
        """Do what was asked of the run, between two batches."""
        from rottui.core.steering import Scale

        claim, step, place = self._claim, training.step, training.place
        words, lr = {}, training.lr
        for steer in asked:
            if steer.kind == "lr" and steer.value is not None:
                words[steer.id] = f"×{steer.value:g}: {lr:.3g} → {lr * steer.value:.3g}"
                lr *= steer.value
        if words:
            scales = self._patiently(lambda: self._store.take_scales(claim, step, place, words))
            if scales is not None:
                training.steer([Scale(first, factor) for first, factor in scales])
        saves = [steer.id for steer in asked if steer.kind == "checkpoint"]
        if saves:
            self._patiently(
                lambda: self._store.save_asked(claim, step, place, saves, self._save(training))
            )
            self._best = None
            self._next_save = time.monotonic() + SAVE_SECONDS

    def _patiently(self, use: Callable[[], T]) -> T:
        """Use the store; while that fails, wait and do the same again.

        A wish waits as well: what was trained is written before the run is let go of.

        Raises:
            StoreError: it still fails, and the worker shall stop.
            LeaseLostError: another worker has the run.
        """
        began = time.monotonic()
        worker, trouble = self._claim.worker, ""
        try:
            while True:
                try:
                    result = use()
                    break
                except LeaseLostError:
                    raise
                except StoreError as error:
                    trouble = str(error)
                    self._troubles.begin(worker, trouble)
                    if self._stopping.wait(RETRY_SECONDS):
                        return use()
                    self._should_stop()  # raises if the run was taken over meanwhile
        finally:
            self._troubles.end(worker)
        waited = time.monotonic() - began
        if trouble:
            self._next_look = 0.0  # who has waited so long is heard before the next batch
        if trouble and waited >= WAIT_TOLD_SECONDS:
            self._note_wait(f"{waited:.0f} s for the store: {trouble}")
        return result

    def _note(self, kind: str, detail: str, place: float | None = None) -> None:
        self._patiently(lambda: self._store.note_event(self._claim, kind, detail, place))

    def _note_wait(self, detail: str) -> None:
        """Tell of a wait that is over, unless the run was let go of meanwhile."""
        try:
            self._store.note_event(self._claim, "waited", detail)
        except StoreError as error:
            log.warning("run %s waited %s (%s)", self._claim.run.id, detail, error)

    def _saved_best_loss(self) -> float:
        """The test loss of the best epoch that has a checkpoint.

        After a kill the run may have had a better epoch since; trained anew, it is saved then.
        """
        run_id = self._claim.run.id
        for checkpoint in self._store.checkpoints(run_id):
            if checkpoint.kind == "best":
                for row in self._store.epochs(run_id, after=checkpoint.epoch - 1)[:1]:
                    return row.test_loss
        return float("inf")

    def _commit(self, training: Training, done: EpochDone) -> None:
        metrics = done.metrics
        if metrics.finite and metrics.test_loss < self._best_loss:
            self._best_loss = metrics.test_loss
            self._best = training.snapshot()
        row = EpochRow(
            epoch=done.epoch,
            step=done.step,
            **asdict(metrics),
            seconds=done.seconds,
            at=time.time(),
            finite=metrics.finite,
        )
        due = time.monotonic() >= self._next_save
        baseline = self._unwritten_baseline(training)
        self._patiently(
            lambda: self._store.commit_epoch(
                self._claim, row, self._save(training) if due else (), baseline=baseline
            )
        )
        if due:
            self._best = None
            self._next_save = time.monotonic() + SAVE_SECONDS

    def _unwritten_baseline(self, training: Training) -> dict[str, dict[str, float]] | None:
        """With the first epoch of a run that has none yet; None later."""
        from rottui.core.baselines import baselines

        if self._has_baseline:
            return None
        self._has_baseline = True
        (_, train), (_, test) = training.train_tensors, training.test_tensors
        return baselines(train, test, training.target, training.config.loss)

    def _save(self, training: Training) -> list[Checkpoint]:
        """Write ``last``, and ``best`` if there is a new one; the caller records them.

        Written anew at every try: a file that no row names for long is taken for a leftover. What
        was refused goes first, so that nothing unsound becomes ``previous``.
        """
        if self._refused:
            self._store.drop_checkpoints(self._claim, self._refused)
            self._refused = []
        written = [
            self._store.write_checkpoint(
                self._claim, "last", training.epoch, training.step, training.checkpoint()
            )
        ]
        if self._best is not None:
            place = self._best.position
            written.append(
                self._store.write_checkpoint(
                    self._claim, "best", place.epoch, place.step, self._best.to_bytes()
                )
            )
        return written
