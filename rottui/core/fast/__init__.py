"""Training as fast as the processor allows: gradients by hand, and kernels compiled by Numba.

The mathematics is that of ``AutogradLearner``; what differs is the work that is left out and the
memory that is not touched. Sums over many channels are matrix products (``blas``), everything
between them is one pass over the cache, and a whole step runs without the interpreter. Each module
says what it does and why that is quicker.
"""

from __future__ import annotations

import logging
from functools import cache

import torch
from torch import nn

from rottui.core.config import RunConfig
from rottui.core.learner import Learner

log = logging.getLogger(__name__)


def fast_learner(
    config: RunConfig, network: nn.Sequential, device: torch.device, threads: int
) -> Learner | None:
    """The quick learner for a config on ``threads`` cores, or None where only autograd will do.

    None without Numba or a BLAS, on other devices than the CPU, in mixed precision, and for a
    ``cnn`` of one convolution.
    """
    if device.type != "cpu" or config.precision == "bf16" or not _can_compile():
        return None
    if config.network.type == "mlp":
        from rottui.core.fast.mlp import MlpLearner

        return MlpLearner(config, network)
    if len(config.network.n_channels) > 1:
        from rottui.core.fast.cnn import CnnLearner

        return CnnLearner(config, network, threads)
    return None


@cache
def _can_compile() -> bool:
    """Whether Numba is here, fits this NumPy, and finds a matrix product to call."""
    try:
        import numba  # noqa: F401

        from rottui.core.fast import blas
    except ImportError as error:
        log.warning("training takes the plain, slower way: %s", error)
        return False
    return blas.available()
