"""``rottui sweep --halving``: the flags as a plan of rungs, and what each rung kept."""

from __future__ import annotations

from collections.abc import Sequence

from rottui.commands.usage import UsageError
from rottui.core.config import RunConfig, number_in
from rottui.core.halving import Halving, Plan
from rottui.errors import ConfigError
from rottui.store.records import RunRow

_FLAGS = {
    "eta": "--eta",
    "min_epochs": "--min-epochs",
    "n_rungs": "--rungs",
    "halving": "--halving",
}


def typed_halving(
    halving: bool, eta: str | None, min_epochs: str | None, rungs: str | None
) -> Halving | None:
    """What was typed after ``--halving`` and its flags; None where the sweep is not halved.

    Raises:
        UsageError: a flag that no halving can have, or that means nothing without ``--halving``.
    """
    typed = {"eta": eta, "min_epochs": min_epochs, "n_rungs": rungs}
    values = {name: number_in(text) for name, text in typed.items() if text is not None}
    if not halving:
        if values:
            raise UsageError(f"{_FLAGS[next(iter(values))]}: means nothing without --halving")
        return None
    try:
        return Halving(**values)  # type: ignore[arg-type]  # checked there
    except ConfigError as error:
        raise _usage_error(error) from None


def plan_of(halving: Halving, configs: Sequence[RunConfig]) -> Plan:
    """The rungs of a sweep of these runs.

    Raises:
        UsageError: the flag that does not fit them.
    """
    try:
        return halving.plan(configs)
    except ConfigError as error:
        raise _usage_error(error) from None


def kept_line(plan: Plan, runs: Sequence[RunRow]) -> str:
    """What came of a plan: the runs that did come to each rung, and the epochs trained."""
    came = [sum(run.epochs_done >= rung for run in runs) for rung in plan.rungs]
    trained, planned = sum(run.epochs_done for run in runs), sum(run.epochs for run in runs)
    return f"halving: {plan.label_of(came, trained, planned)}"


def _usage_error(error: ConfigError) -> UsageError:
    return UsageError(
        "; ".join(f"{_FLAGS[problem.field]}: {problem.message}" for problem in error.problems)
    )
