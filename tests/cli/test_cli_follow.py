"""``rottui follow``: a run as plain lines, from its first epoch to its end."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

from rottui.store.runs import RunStore
from rottui.store.states import State

TINY = ("--dense-hiddens", "4", "--batch-size", "8", "--threads", "1")
ENDLESS = ("--dense-hiddens", "16", "--batch-size", "1", "--epochs", 100_000)


def epochs(text: str) -> list[str]:
    return [line.split("  ")[0] for line in text.splitlines() if line.startswith("epoch ")]


def read_until(process: subprocess.Popen[str], words: str) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if words in line:
            return line
    raise AssertionError(f"it never said {words!r}")


def test_a_run_that_is_done_is_told_from_beginning_to_end(rottui, images: Path) -> None:
    rottui("train", "--data", images, *TINY, "--epochs", 2)
    answer = rottui("follow", 1)
    assert (answer.code, answer.err) == (0, "")
    assert epochs(answer.out) == ["epoch 0/2", "epoch 1/2", "epoch 2/2"]
    lines = answer.out.splitlines()
    assert lines[0].startswith("run 1: ")
    assert lines.index("state: done") < lines.index("queued") < lines.index("at epoch 2.00: done")
    assert lines[-1].startswith("run 1 done: ")
    assert "\x1b" not in answer.out


def test_with_new_only_the_end_is_told(rottui, images: Path) -> None:
    rottui("train", "--data", images, *TINY, "--epochs", 2)
    answer = rottui("follow", 1, "--new")
    assert epochs(answer.out) == []
    assert answer.out.splitlines()[-1].startswith("run 1 done: ")


def test_a_run_is_followed_while_another_process_trains_it(
    rottui, process: Callable[..., subprocess.Popen[str]], images: Path, folders: Path
) -> None:
    rottui("train", "--queue", "--data", images, *TINY, "--epochs", 3)
    follower = process("follow", 1)
    read_until(follower, "state: queued")
    assert rottui("work", "--until-empty", "--threads", 1).code == 0
    out, err = follower.communicate(timeout=120)
    assert follower.returncode == 0
    assert epochs(out) == [f"epoch {n}/3" for n in range(4)]
    assert "claimed: attempt 1" in out
    assert "no worker lives" in err


def test_ctrl_c_ends_the_telling_and_leaves_the_run_alone(
    rottui, process: Callable[..., subprocess.Popen[str]], images: Path, folders: Path
) -> None:
    rottui("train", "--queue", "--data", images, *ENDLESS)
    follower = process("follow", 1)
    read_until(follower, "state: queued")
    follower.send_signal(signal.SIGINT)
    follower.communicate(timeout=120)
    assert follower.returncode == 130
    with RunStore.open(folders / "store", read_only=True) as store:
        assert store.run(1).state is State.QUEUED


def test_a_run_that_is_cancelled_or_deleted_meanwhile_ends_it_with_1(rottui, images: Path) -> None:
    rottui("train", "--queue", "--data", images, *ENDLESS)
    rottui("cancel", 1)
    answer = rottui("follow", 1)
    assert answer.code == 1
    assert answer.out.splitlines()[-1].startswith("run 1 cancelled")


def test_there_must_be_such_a_run(rottui, images: Path) -> None:
    rottui("train", "--queue", "--data", images, *ENDLESS)
    assert "no run 7" in rottui("follow", 7).refused(1)
