"""``rottui lr-range``: ramp the learning rate up here, draw the curves, and name a band."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from rottui import locations
from rottui.commands.charts import ascii_only, print_chart
from rottui.commands.config_flags import run_config, usage_error
from rottui.commands.devices import check_device
from rottui.commands.flags import Typed
from rottui.commands.json_rows import document
from rottui.commands.progress import Progress, new_progress
from rottui.commands.signals import stop_on_signals
from rottui.commands.tables import Column, print_table
from rottui.commands.usage import DONE, INTERRUPTED, UsageError, complain, positive
from rottui.core.config import RunConfig, format_lr
from rottui.core.lr_range import (
    RampDone,
    RampProgress,
    RangeDone,
    RangeTest,
    range_test,
    three_seeds,
)
from rottui.core.lr_suggestion import LossCurve, Refusal, Suggestion, estimates
from rottui.core.pytorch import explained_imports
from rottui.core.sweeps import parse_seeds
from rottui.engine.threads import available_cores
from rottui.errors import ConfigError
from rottui.tui.charts.lr_curves import RangePlot
from rottui.tui.widgets.formats import format_loss
from rottui.tui.widgets.glyphs import to_ascii

if TYPE_CHECKING:
    from rottui.core.data import Dataset

_FLAGS = {"low": "--from", "high": "--to", "steps": "--steps", "seeds": "--seeds"}


def lr_range(
    typed: Typed,
    low: str | None,
    high: str | None,
    steps: str | None,
    seeds: str | None,
    threads: str | None,
    as_json: bool,
) -> int:
    """Run the test and say what it found; nothing is written to the store."""
    count = positive("--threads", threads) or available_cores()
    config = run_config(typed)
    test = _range(typed, config, low, high, steps, seeds)
    check_device(config.device, typed)
    with nullcontext() if as_json else new_progress() as progress:
        dataset = _loaded(config, count, progress)
        with stop_on_signals() as stop:
            done = _ramps(config, dataset, test, progress, stop.event.is_set)
    if done is None:
        complain("the range test was stopped; it leaves nothing behind")
        return stop.exit_code or INTERRUPTED
    if as_json:
        print(document({"lr_range": _json(config, test, count, done)}))
        return DONE
    print()
    print_chart(RangePlot(test, done.curves, done.verdict).chart())
    print()
    print_table(_columns(done.curves))
    print()
    sentence = f"suggestion: {done.verdict.sentence}"
    print(to_ascii(sentence) if ascii_only() else sentence)
    return DONE


def _range(
    typed: Typed,
    config: RunConfig,
    low: str | None,
    high: str | None,
    steps: str | None,
    seeds: str | None,
) -> RangeTest:
    """The range that was typed, the defaults where nothing was.

    Raises:
        UsageError: it is none; the sentence names the flag.
    """
    given: dict[str, Any] = {}
    if low is not None:
        given["low"] = _number("--from", low)
    if high is not None:
        given["high"] = _number("--to", high)
    if steps is not None:
        given["steps"] = positive("--steps", steps)
    try:
        numbers = three_seeds(config.seed) if seeds is None else parse_seeds(seeds, config.seed)
        return RangeTest(numbers, **given)
    except ConfigError as error:
        raise usage_error(error, typed, {}, _FLAGS) from None


def _number(flag: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise UsageError(f"{flag}: must be a number, not {text!r}") from None


def _loaded(config: RunConfig, threads: int, progress: Progress | None) -> Dataset:
    """PyTorch with so many threads, and the images.

    Raises:
        TrainingError: PyTorch is missing or broken, and how to mend it.
        DataError: the images cannot be read.
    """
    with explained_imports():
        import torch
    from rottui.core.data import load_dataset

    torch.set_num_threads(threads)
    tell = None if progress is None else progress.part
    dataset = load_dataset(config.data, locations.cache_dir(), progress=tell)
    if progress is not None:
        for note in dataset.notes:
            progress.say(note)
    return dataset


def _ramps(
    config: RunConfig,
    dataset: Dataset,
    test: RangeTest,
    progress: Progress | None,
    should_stop: Callable[[], bool],
) -> RangeDone | None:
    """The whole test, told to ``progress`` if there is one; None when it was stopped."""
    if progress is not None:
        progress.say(_opening(config, test))
    for event in range_test(config, dataset, test, should_stop):
        if isinstance(event, RangeDone):
            return event
        if progress is not None and isinstance(event, RampProgress):
            progress.part(f"seed {event.curve.seed}", len(event.curve.lrs), test.steps)
        elif progress is not None and isinstance(event, RampDone):
            progress.part(f"seed {event.curve.seed}", test.steps, test.steps)
            if event.curve.diverged_at is not None:
                rate = _rate(event.curve.diverged_at)
                progress.say(f"seed {event.curve.seed}: diverged at lr {rate}")
    return None


def _opening(config: RunConfig, test: RangeTest) -> str:
    ends = f"{format_lr(test.low)} to {format_lr(test.high)}"
    what = f"{config.network.label}, {config.target} target, {config.optimizer}"
    seeds = f"{len(test.seeds)} seeds" if len(test.seeds) > 1 else f"seed {test.seeds[0]}"
    return f"lr {ends} in {test.steps} steps, {seeds}: {what}; {config.data.label}"


def _columns(curves: tuple[LossCurve, ...]) -> list[Column]:
    """One row a seed; those that say nothing say why below the table."""
    said = [estimates(curve) for curve in curves]

    def rates(name: str) -> tuple[str, ...]:
        return tuple("-" if isinstance(one, str) else _rate(getattr(one, name)) for one in said)

    fell = tuple("-" if isinstance(one, str) else format_loss(one.drop) for one in said)
    ends = (
        "the end" if curve.diverged_at is None else f"diverged at {_rate(curve.diverged_at)}"
        for curve in curves
    )
    return [
        Column("seed", tuple(str(curve.seed) for curve in curves)),
        Column("valley", rates("valley")),
        Column("minimum/10", rates("minimum")),
        Column("steepest", rates("steepest"), rank=2),
        Column("loss fell by", fell, rank=3),
        Column("ran to", tuple(ends), right=False, rank=1),
    ]


def _rate(rate: float) -> str:
    return format_lr(float(f"{rate:.1e}"))


def _json(config: RunConfig, test: RangeTest, threads: int, done: RangeDone) -> dict[str, Any]:
    verdict = done.verdict
    return {
        "config": config.to_dict(),
        "from": test.low,
        "to": test.high,
        "steps": test.steps,
        "threads": threads,
        "suggestion": _suggestion_json(verdict) if isinstance(verdict, Suggestion) else None,
        "refusal": verdict.reason if isinstance(verdict, Refusal) else None,
        "seeds": [_curve_json(curve) for curve in done.curves],
    }


def _suggestion_json(suggestion: Suggestion) -> dict[str, Any]:
    return {
        "low": suggestion.low,
        "centre": suggestion.centre,
        "high": suggestion.high,
        "spread": suggestion.spread,
        "notes": list(suggestion.notes),
    }


def _curve_json(curve: LossCurve) -> dict[str, Any]:
    """A seed's curve and estimates; null where it says nothing, and then a reason."""
    said = estimates(curve)
    known = None if isinstance(said, str) else said
    return {
        "seed": curve.seed,
        "valley": known and known.valley,
        "minimum_tenth": known and known.minimum,
        "steepest": known and known.steepest,
        "drop": known and known.drop,
        "noise_floor": known and known.floor,
        "reason": said if isinstance(said, str) else None,
        "diverged_at": curve.diverged_at,
        "lrs": list(curve.lrs),
        "losses": list(curve.losses),
        "smoothed": list(curve.smoothed),
    }
