"""Claims, leases and fencing: a run has one worker, and one that lost it changes nothing."""

from __future__ import annotations

import inspect
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from store_rows import add, claimed, dump, epoch_row, worker_row

from rottui.store import work
from rottui.store.records import Claim
from rottui.store.runs import RunStore
from rottui.store.states import State
from rottui.store.work import LEASE_SECONDS, LeaseLostError

CLAIM_ALL = Path(__file__).with_name("claim_all.py")


class Clock:
    """The machine's clock, set by the test."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 5000.0
        self.boot = "this boot"
        monkeypatch.setattr(work, "machine_seconds", lambda: self.now)
        monkeypatch.setattr(work, "boot_id", lambda: self.boot)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


# --- claiming -------------------------------------------------------------------------------------


def test_runs_are_claimed_in_queue_order_until_none_is_left(store: RunStore) -> None:
    add(store, "a", "b", "c")
    store.pause([2])
    assert [claimed(store).run.name for _ in range(2)] == ["a", "c"]
    assert store.claim("w1", threads=1) is None
    store.resume([2])
    assert claimed(store).run.name == "b"


def test_a_claim_says_who_has_the_run_for_which_time(store: RunStore) -> None:
    add(store)
    claim = store.claim("w1", threads=2)
    assert claim is not None
    assert claim.run == store.run(1)
    assert (claim.worker, claim.attempt) == ("w1", 1)
    run = claim.run
    assert (run.state, run.worker, run.attempt, run.threads) == (State.RUNNING, "w1", 1, 2)
    assert run.started_at is not None


def test_a_run_keeps_the_threads_and_the_start_of_its_first_claim(store: RunStore) -> None:
    add(store)
    first = store.claim("w1", threads=2)
    assert first is not None
    store.finish(first, State.QUEUED)
    again = store.claim("w2", threads=8)
    assert again is not None
    assert (again.attempt, again.run.threads) == (2, 2)
    assert again.run.started_at == first.run.started_at


def test_only_the_runs_that_are_wanted_are_claimed(store: RunStore) -> None:
    add(store, "a", "b", "c")
    assert store.claim("w1", threads=1, only=[]) is None
    assert claimed(store, only={3, 99}).run.name == "c"
    assert store.claim("w1", threads=1, only={3, 99}) is None
    assert claimed(store).run.name == "a"


def test_a_store_is_busy_with_what_waits_and_with_what_these_workers_have(store: RunStore) -> None:
    assert not store.busy(["w1"])
    add(store, "a", "b")
    assert store.busy(["w1"])
    assert not store.busy(["w1"], only=[7])
    claimed(store, "w1")
    store.cancel([2])
    assert store.busy(["w1"])
    assert store.busy(["w1"], only=[7])
    assert not store.busy(["w2"])
    assert not store.busy([])


def test_four_processes_claim_every_run_once(store: RunStore, folder: Path) -> None:
    add(store, *(f"run {i}" for i in range(200)))
    processes = [
        subprocess.Popen(
            [sys.executable, str(CLAIM_ALL), str(folder), f"w{number}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(4)
    ]

    def tell(line: str) -> None:
        for process in processes:
            assert process.stdin is not None
            process.stdin.write(line)
            process.stdin.flush()

    def hear() -> list[str]:
        return [process.stdout.readline().strip() for process in processes if process.stdout]

    assert hear() == ["ready"] * 4
    rounds = []
    for _ in range(20):  # in step, so that all four really run against each other
        tell("one\n")
        rounds.append(hear())
    tell("all\n")
    rest = [process.communicate()[0].split("\n")[:-1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0, 0]
    printed = [[*first, *more] for first, more in zip(zip(*rounds, strict=True), rest, strict=True)]
    assert sorted(line for lines in printed for line in lines) == sorted(
        f"{run_id} 1" for run_id in range(1, 201)
    )
    for number, lines in enumerate(printed):
        for line in lines:
            assert store.run(line.split()[0]).worker == f"w{number}"


# --- fencing --------------------------------------------------------------------------------------

STALE_WRITES: dict[str, Callable[[RunStore, Claim], object]] = {
    "commit": lambda store, claim: store.commit_epoch(claim, epoch_row(3, 0.01)),
    "commit with checkpoint": lambda store, claim: store.commit_epoch(
        claim,
        epoch_row(3, 0.01),
        [store.write_checkpoint(claim, "last", 3, 12, b"stale")],
    ),
    "done": lambda store, claim: store.finish(claim, State.DONE),
    "let go": lambda store, claim: store.finish(claim, State.QUEUED),
    "failed": lambda store, claim: store.finish(claim, State.FAILED, error="no"),
    "note": lambda store, claim: store.note_event(claim, "resumed", "from epoch 1"),
    "drop": lambda store, claim: store.drop_checkpoints(claim, store.checkpoints(1)),
    "wish": lambda store, claim: store.wish_of(claim),
    "scale the lr": lambda store, claim: store.take_scales(claim, 12, 3.0, {1: "by 0.5"}),
    "save as asked": lambda store, claim: store.save_asked(
        claim, 12, 3.0, [1], [store.write_checkpoint(claim, "last", 3, 12, b"stale")]
    ),
}
ONLY_READS = {"asked"}


def taken_over(store: RunStore, clock: Clock, by: str) -> tuple[Claim, Claim]:
    """A claim that was lost by a long silence, and the one that has the run now."""
    add(store)
    stale = claimed(store, "w1")
    written = store.write_checkpoint(stale, "last", 1, 4, b"weights after epoch 1")
    store.commit_epoch(stale, epoch_row(1), [written])
    clock.now += LEASE_SECONDS + 1
    assert store.recover() == [1]
    return stale, claimed(store, by)


@pytest.mark.parametrize("by", ["w2", "w1"], ids=["another worker", "the same worker again"])
@pytest.mark.parametrize("write", STALE_WRITES)
def test_a_worker_that_lost_its_run_changes_nothing(
    write: str, by: str, store: RunStore, folder: Path, clock: Clock
) -> None:
    stale, fresh = taken_over(store, clock, by)
    store.pause([1])
    before = dump(folder)
    with pytest.raises(LeaseLostError, match="run 1 was taken over by another worker"):
        STALE_WRITES[write](store, stale)
    assert dump(folder) == before
    (last,) = store.checkpoints(1)
    assert store.read_checkpoint(last) == b"weights after epoch 1"
    store.commit_epoch(fresh, epoch_row(2))
    store.finish(fresh, State.DONE)


def test_every_way_to_write_with_a_claim_is_tried_by_a_stale_worker() -> None:
    """Whoever adds one adds it to ``STALE_WRITES``, or this fails."""
    takes_a_claim = {
        name
        for name, method in inspect.getmembers(RunStore, inspect.isfunction)
        if not name.startswith("_") and "claim" in inspect.signature(method).parameters
    }
    assert "commit_epoch" in takes_a_claim
    tried = {name for write in STALE_WRITES.values() for name in write.__code__.co_names}
    assert takes_a_claim - tried == ONLY_READS


def test_a_stale_checkpoint_file_is_beside_the_recorded_ones(store: RunStore, clock: Clock) -> None:
    """Of the same epoch and the same bytes, even: its name carries the attempt."""
    stale, fresh = taken_over(store, clock, "w2")
    written = store.write_checkpoint(fresh, "last", 2, 8, b"weights")
    store.commit_epoch(fresh, epoch_row(2), [written])
    late = store.write_checkpoint(stale, "last", 2, 8, b"weights")
    assert late.file != written.file
    assert store.read_checkpoint(store.checkpoints(1)[0]) == b"weights"
    assert store.checkpoints(1)[0] == written


@pytest.mark.parametrize("shift", [-1e9, 1e9], ids=["back", "forward"])
def test_a_clock_that_somebody_sets_changes_no_lease(
    store: RunStore, shift: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(store)
    claim = claimed(store)
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + shift)
    assert store.recover() == []
    store.beat("w1", [claim])
    store.commit_epoch(claim, epoch_row(1))
    monkeypatch.undo()
    assert store.recover() == []
    seconds = work.machine_seconds()
    monkeypatch.setattr(work, "machine_seconds", lambda: seconds + LEASE_SECONDS + 1)
    assert store.recover() == [1]


@pytest.mark.parametrize("by", ["w2", "w1"], ids=["another worker", "the same worker again"])
def test_a_stale_beat_renews_nothing(by: str, store: RunStore, folder: Path, clock: Clock) -> None:
    stale, _ = taken_over(store, clock, by)
    clock.now += 10
    before = dump(folder)
    store.beat("w1", [stale])
    assert dump(folder) == before


def test_a_run_that_was_deleted_is_lost_too(store: RunStore, folder: Path) -> None:
    add(store)
    claim = claimed(store)
    store.recover([claim.worker])
    store.delete([1])
    before = dump(folder)
    with pytest.raises(LeaseLostError):
        store.commit_epoch(claim, epoch_row(0))
    assert dump(folder) == before


# --- leases and recovery --------------------------------------------------------------------------


def renew_by_beat(store: RunStore, claim: Claim) -> None:
    store.beat(claim.worker, [claim])


def renew_by_commit(store: RunStore, claim: Claim) -> None:
    store.commit_epoch(claim, epoch_row(0))


@pytest.mark.parametrize("renew", [renew_by_beat, renew_by_commit])
def test_a_lease_holds_as_long_as_it_is_renewed(
    renew: Callable[[RunStore, Claim], None], store: RunStore, clock: Clock
) -> None:
    add(store)
    claim = claimed(store)
    for _ in range(5):
        clock.now += LEASE_SECONDS - 1
        assert store.recover() == []
        renew(store, claim)
    clock.now += LEASE_SECONDS - 1
    assert store.recover() == []
    clock.now += 2
    assert store.recover() == [1]
    run = store.run(1)
    assert (run.state, run.worker) == (State.QUEUED, None)
    assert (store.events(1)[-1].kind, store.events(1)[-1].detail) == (
        "recovered",
        "worker w1 was gone",
    )


def test_a_worker_that_was_late_and_not_replaced_goes_on(store: RunStore, clock: Clock) -> None:
    add(store)
    claim = claimed(store)
    clock.now += 10 * LEASE_SECONDS
    store.commit_epoch(claim, epoch_row(0))
    assert store.recover() == []


def test_a_lease_of_another_boot_is_over(store: RunStore, clock: Clock) -> None:
    """The clock starts again with the machine: the old lease would seem to last for days."""
    add(store)
    claimed(store)
    clock.boot, clock.now = "next boot", 10.0
    assert store.recover() == [1]


def test_the_runs_of_a_worker_known_to_be_dead_come_back_at_once(
    store: RunStore, clock: Clock
) -> None:
    add(store, "a", "b", "c")
    for name in ("w1", "w2", "w1"):
        claimed(store, name)
    for name in ("w1", "w2"):
        store.add_worker(worker_row(name))
    assert store.recover(["w1"]) == [1, 3]
    assert [run.state for run in store.runs()] == [State.QUEUED, State.RUNNING, State.QUEUED]
    assert [worker.id for worker in store.workers()] == ["w2"]
    assert store.recover(["w1"]) == []


def test_a_dead_worker_without_a_run_is_forgotten(store: RunStore) -> None:
    store.add_worker(worker_row("w1"))
    assert store.recover(["w1"]) == []
    assert store.workers() == []


def test_a_recovered_run_keeps_its_place_and_its_epochs(store: RunStore) -> None:
    add(store, "a", "b")
    claim = claimed(store)
    store.commit_epoch(claim, epoch_row(0))
    store.recover([claim.worker])
    again = claimed(store, "w2")
    assert (again.run.name, again.attempt, again.run.epochs_done) == ("a", 2, 0)
    assert store.epochs(1) == [epoch_row(0)]


def test_a_beat_says_that_the_worker_lives(store: RunStore) -> None:
    store.add_worker(worker_row("w1"))
    store.beat("w1", [])
    assert store.workers()[0].beat_at > worker_row("w1").beat_at
