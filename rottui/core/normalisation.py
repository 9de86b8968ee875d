"""Pixels as the networks read them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor


def normalised(images: npt.NDArray[np.uint8], dtype: torch.dtype = torch.float32) -> Tensor:
    """Grey pixels 0 to 255, any shape, in [-1, 1]: ``(x / 255 - 0.5) / 0.5`` as in the experiment.

    The values are a copy, so that the images may be a read-only map of a file.
    """
    return torch.tensor(images, dtype=dtype).div_(255).sub_(0.5).div_(0.5)
