"""``rottui bench``: measure this machine and rottui on it against the experiment's own loop."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

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
    from rottui.bench.report import Block
    from rottui.bench.workload import Tell, Workload

PRESETS = {"mlp": "seed-mlp", "cnn": "seed-cnn"}
EPOCHS = {"mlp": 10, "cnn": 4}
SCREEN_EPOCHS = {"mlp": 60, "cnn": 6}
"""More, since charts are to grow for a while."""
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
    sweep: bool = True
    peers: bool = True
    profile: bool = False
    data_loading: bool = False
    screen: bool = False
    ui: bool = False
    as_json: bool = False


def bench(asked: Asked) -> int:
    """Measure, and print what was found; the exit code.

    Raises:
        UsageError: a flag that can never work.
        DataError: the images cannot be read.
        TrainingError: PyTorch is missing or broken, or a run did not come to its end.
    """
    others = {
        "--profile": (asked.profile, _profile),
        "--data-loading": (asked.data_loading, _loading),
        "--screen": (asked.screen, _screen),
        "--ui": (asked.ui, _ui),
    }
    chosen = [flag for flag, (given, _) in others.items() if given]
    if len(chosen) > 1:
        raise UsageError(f"{chosen[1]}: one thing at a time; leave out {chosen[0]}")
    measured = others[chosen[0]][1] if chosen else _speed
    try:
        return measured(asked)
    except KeyboardInterrupt:  # here, since the parser would leave without a word
        complain("interrupted")
        return INTERRUPTED


def _speed(asked: Asked) -> int:
    """Seconds an epoch, alone and in a sweep; 1 if the mathematics is not the same."""
    with _telling(asked) as tell:
        workload = _workload(asked, EPOCHS, tell)
        from rottui.bench import exactness, measure, peers
        from rottui.bench.machine import this_machine
        from rottui.bench.report import SpeedReport

        machine = this_machine(workload.config.device)
        tell("comparing in float64", 0, 0)
        compared = exactness.compare(workload.config, workload.dataset)
        others, notes = peers.installed() if asked.peers else ([], [])
        contenders: dict[str, measure.Contender] = {
            measure.NOTEBOOK: measure.notebook_epochs,
            measure.ROTTUI: measure.rottui_epochs,
            measure.BF16: measure.bf16_epochs,
        }
        contenders |= {peer.name: peer.epochs for peer in others}
        sweeps = {measure.NOTEBOOK: measure.notebook_sweep, measure.ROTTUI: measure.rottui_sweep}
        measured = measure.measure(workload, contenders, sweeps if asked.sweep else {}, tell)
    _print(asked, SpeedReport(machine, workload, measured, compared, tuple(notes)))
    return DONE if compared.same else FAILED


def _profile(asked: Asked) -> int:
    """Where the time of an epoch goes."""
    if asked.epochs is not None:
        raise UsageError("--epochs: one epoch is profiled; leave it out")
    with _telling(asked) as tell:
        workload = _workload(asked, {"mlp": 1, "cnn": 1}, tell)
        from rottui.bench.machine import this_machine
        from rottui.bench.profile import profile
        from rottui.bench.profile_report import ProfileReport

        machine = this_machine(workload.config.device)
        tell("profiling", 0, 0)
        found = profile(workload)
    _print(asked, ProfileReport(machine, workload, found))
    return DONE


def _loading(asked: Asked) -> int:
    """Seconds of getting the images of a zip file; 1 if the images are not the same."""
    config, repeats = _config(asked, EPOCHS), positive("--repeats", asked.repeats) or REPEATS
    path = Path(config.data.path or "").expanduser()
    if config.data.source != "rotated" or not path.is_file():
        raise UsageError("--data-loading: needs a zip file of rotated images, with --data FILE.zip")
    with _telling(asked) as tell, explained_imports():
        import torchvision  # noqa: F401

        from rottui.bench.loading import LoadingReport, measure_loading
        from rottui.bench.machine import this_machine

        machine = this_machine()
        found = measure_loading(path, repeats, tell)
    _print(asked, LoadingReport(machine, path.name, found))
    return DONE if found.same else FAILED


def _screen(asked: Asked) -> int:
    """The throughput of a sweep with the screen and without."""
    if asked.threads is not None:
        raise UsageError("--threads: the app and its engine share all cores; leave it out")
    with _telling(asked) as tell:
        workload = _workload(asked, SCREEN_EPOCHS, tell)
        from rottui.bench.machine import this_machine
        from rottui.bench.screen import ScreenReport, measure_screen

        machine = this_machine(workload.config.device)
        found = measure_screen(workload, tell)
    _print(asked, ScreenReport(machine, workload, found))
    return DONE


def _ui(asked: Asked) -> int:
    """How quick the screen is, seen from its terminal."""
    for flag, given in {"--threads": asked.threads, "--epochs": asked.epochs}.items():
        if given is not None:
            raise UsageError(f"{flag}: the runs beside the screen train until it is left")
    with _telling(asked) as tell:
        workload = _workload(asked, EPOCHS, tell)
        from rottui.bench.feel import FeelReport, measure_feel
        from rottui.bench.machine import this_machine

        machine = this_machine(workload.config.device)
        found = measure_feel(workload, tell)
    _print(asked, FeelReport(machine, workload, found))
    return DONE


def _config(asked: Asked, epochs: dict[str, int]) -> RunConfig:
    """The experiment's recipe with what was asked for."""
    if asked.network not in PRESETS:
        raise UsageError(f"--network: must be {' or '.join(PRESETS)}, not {asked.network!r}")
    given = {
        "epochs": asked.epochs or str(epochs[asked.network]),
        "data.train_size": asked.train_size,
        "data.test_size": asked.test_size,
        "device": asked.device,
    }
    values = {field: value for field, value in given.items() if value is not None}
    typed = Typed(preset=PRESETS[asked.network], data=asked.data, values=values)
    config = run_config(typed)
    check_device(config.device, typed)
    return config


def _workload(asked: Asked, epochs: dict[str, int], tell: Tell) -> Workload:
    config, repeats = _config(asked, epochs), positive("--repeats", asked.repeats) or REPEATS
    threads = positive("--threads", asked.threads)
    with explained_imports():
        import torch
    from rottui.bench.workload import Workload
    from rottui.core.data import load_dataset, pin_data

    config = config.model_copy(update={"data": pin_data(config.data)})
    dataset = load_dataset(config.data, locations.cache_dir(), progress=tell)
    count = threads or torch.get_num_threads()
    return Workload.of(config, dataset, repeats=repeats, threads=count)


@contextmanager
def _telling(asked: Asked) -> Iterator[Tell]:
    """Progress while it is measured; none where standard output is for a program."""
    if asked.as_json:
        yield lambda what, done, total: None
        return
    with new_progress() as progress:
        yield progress.part


class _Report(Protocol):
    def blocks(self) -> Sequence[Block]: ...

    def document(self) -> dict[str, Any]: ...


def _print(asked: Asked, report: _Report) -> None:
    if asked.as_json:
        print(json.dumps(report.document(), allow_nan=False, ensure_ascii=False, indent=2))
        return
    for block in report.blocks():
        if isinstance(block, str):
            print(block)
            continue
        columns = zip(block.titles, *block.rows, strict=True)
        print_table(
            [
                Column(title, tuple(cells), right=place >= block.words, rank=place)
                for place, (title, *cells) in enumerate(columns)
            ]
        )
