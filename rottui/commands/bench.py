"""``rottui bench``: measure this machine and rottui on it against the experiment's own loop."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rottui import locations
from rottui.commands.config_flags import run_config
from rottui.commands.devices import check_device
from rottui.commands.flags import Typed
from rottui.commands.progress import new_progress
from rottui.commands.tables import Column, print_table
from rottui.commands.usage import DONE, FAILED, INTERRUPTED, UsageError, complain, positive
from rottui.core.config import RunConfig
from rottui.core.pytorch import explained_imports

if TYPE_CHECKING:
    from rottui.bench.peers import Peer
    from rottui.bench.report import Block
    from rottui.bench.workload import Tell, Workload
    from rottui.core.data import Dataset

PRESETS = {"mlp": "seed-mlp", "cnn": "seed-cnn"}
EPOCHS = {"mlp": 10, "cnn": 4}
REPEATS = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed about a benchmark."""

    network: str
    data: str | None = None
    epochs: str | None = None
    repeats: str | None = None
    threads: str | None = None
    train_size: str | None = None
    test_size: str | None = None
    device: str | None = None

    def config(self) -> RunConfig:
        """The experiment's recipe with what was asked for.

        Raises:
            UsageError: a flag that can never work.
        """
        if self.network not in PRESETS:
            raise UsageError(f"--network: must be {' or '.join(PRESETS)}, not {self.network!r}")
        typed = self._typed()
        config = run_config(typed)
        check_device(config.device, typed)
        return config

    def _typed(self) -> Typed:
        given = {
            "epochs": self.epochs or str(EPOCHS[self.network]),
            "data.train_size": self.train_size,
            "data.test_size": self.test_size,
            "device": self.device,
        }
        values = {field: value for field, value in given.items() if value is not None}
        return Typed(preset=PRESETS[self.network], data=self.data, values=values)


def bench(asked: Asked, *, sweep: bool, peers: bool, as_json: bool) -> int:
    """Measure, and print what was found; the exit code.

    Raises:
        UsageError: a flag that can never work.
        DataError: the images cannot be read.
        TrainingError: PyTorch is missing or broken, or a run diverged.
    """
    try:
        return _speed(asked, sweep, peers, as_json)
    except KeyboardInterrupt:  # here, since the parser would leave without a word
        complain("interrupted")
        return INTERRUPTED


def _speed(asked: Asked, sweep: bool, peers: bool, as_json: bool) -> int:
    """Seconds an epoch, alone and in a sweep; 1 if the mathematics is not the same."""
    config, repeats = asked.config(), positive("--repeats", asked.repeats) or REPEATS
    threads = positive("--threads", asked.threads)
    with _telling(as_json) as tell:
        workload = _workload(config, repeats, threads, tell)
        from rottui.bench import exactness, measure
        from rottui.bench.machine import this_machine
        from rottui.bench.report import SpeedReport

        machine = this_machine(config.device)
        tell("comparing in float64", 0, 0)
        compared = exactness.compare(config, workload.dataset)
        contenders: dict[str, measure.Contender] = {
            measure.NOTEBOOK: measure.notebook_epochs,
            measure.ROTTUI: measure.rottui_epochs,
            measure.BF16: measure.bf16_epochs,
        }
        others, notes = _peers(tell) if peers else ([], [])
        contenders |= {peer.name: peer.epochs for peer in others}
        sweeps = {
            measure.NOTEBOOK: measure.notebook_sweep,
            measure.ROTTUI: measure.rottui_sweep,
        }
        measured = measure.measure(workload, contenders, sweeps if sweep else {}, tell)
    report = SpeedReport(machine, workload, measured, compared, tuple(notes))
    _print(report.blocks(), report.document(), as_json)
    return DONE if compared.same else FAILED


def _workload(config: RunConfig, repeats: int, threads: int | None, tell: Tell) -> Workload:
    with explained_imports():
        import torch
    from rottui.bench.workload import Workload

    count = threads or torch.get_num_threads()
    return Workload.of(config, _images(config, tell), repeats=repeats, threads=count)


def _images(config: RunConfig, tell: Tell) -> Dataset:
    from rottui.core.data import load_dataset

    return load_dataset(config.data, locations.cache_dir(), progress=tell)


def _peers(tell: Tell) -> tuple[list[Peer], list[str]]:
    from rottui.bench.peers import installed

    tell("looking for other libraries", 0, 0)
    return installed()


@contextmanager
def _telling(as_json: bool) -> Iterator[Tell]:
    """Progress while it is measured; none where standard output is for a program."""
    if as_json:
        yield lambda what, done, total: None
        return
    with new_progress() as progress:
        yield progress.part


def _print(blocks: Sequence[Block], document: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print(json.dumps(document, allow_nan=False, ensure_ascii=False, indent=2))
        return
    for block in blocks:
        if isinstance(block, str):
            print(block)
            continue
        columns = zip(block.titles, *block.rows, strict=True)
        print_table(
            [
                Column(title, tuple(cells), right=place > 0, rank=place)
                for place, (title, *cells) in enumerate(columns)
            ]
        )
