"""Importing PyTorch and torchvision where they may be broken, with a sentence instead of a trace.

The usual case: torchvision from one index beside a CPU-only torch from another, which fails with
``operator torchvision::nms does not exist``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rottui.errors import TrainingError


@contextmanager
def explained_imports() -> Iterator[None]:
    """Around the first import of torch or torchvision.

    Raises:
        TrainingError: it is missing or broken, and how to mend it.
    """
    try:
        yield
    except (ImportError, OSError, RuntimeError, AttributeError) as error:
        reason = str(error).strip().splitlines()[:1]
        raise TrainingError(
            f"PyTorch cannot be imported ({''.join(reason)}); install versions that fit each "
            "other, from one index: pip install --force-reinstall torch torchvision"
        ) from error
