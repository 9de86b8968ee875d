"""A checkpoint made over for a run that goes on from it with other settings."""

from __future__ import annotations

from dataclasses import replace

import torch

from rottui.core.checkpoint import TrainingState
from rottui.core.config import RunConfig
from rottui.core.networks import build_network
from rottui.core.optimizers import make_optimizer
from rottui.core.steering import keeps_optimizer
from rottui.errors import CheckpointError


def forked_state(state: TrainingState, parent: RunConfig, fork: RunConfig) -> TrainingState:
    """The state with which a fork begins: the weights and the place of its parent's.

    The optimizer has the fork's settings. What it has gathered is kept where it is of use
    (``keeps_optimizer``), else it starts empty.

    Raises:
        CheckpointError: the state is not of the parent's config.
    """
    state.check_fits(parent)
    dtype = torch.float64 if fork.precision == "float64" else torch.float32
    network = build_network(fork.network, outputs=fork.outputs, seed=fork.seed, dtype=dtype)
    try:
        network.load_state_dict(state.network)
        fresh = make_optimizer(fork, network.parameters(), fused=fork.device != "mps").state_dict()
        gathered = state.optimizer["state"] if keeps_optimizer(parent, fork) else {}
    except (RuntimeError, ValueError, KeyError) as error:
        raise CheckpointError(
            f"the checkpoint's weights do not fit {fork.network.label}: {error}"
        ) from None
    return replace(
        state,
        config=fork.to_dict(),
        optimizer={"state": gathered, "param_groups": fresh["param_groups"]},
    )


def place_of(state: TrainingState) -> float:
    """Where the state stands, in epochs and parts of one; whole epochs in the very first."""
    at = state.position
    if not at.epoch or not at.batch:
        return float(at.epoch)
    batches = (at.step - at.batch) / at.epoch
    return at.epoch + at.batch / batches
