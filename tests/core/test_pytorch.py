"""A broken PyTorch is one sentence, wherever it is met first."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

MAPS = """
import numpy as np
from rottui.core.equivariance import seed_maps
from rottui.errors import RottuiError
try:
    seed_maps(np.zeros((28, 28), np.uint8), angle=37.0)
except RottuiError as error:
    print(error)
"""
WARM_UP = """
from rottui.core.pytorch import explained_imports
from rottui.errors import RottuiError
try:
    with explained_imports():
        from rottui.core.training import warm_up
except RottuiError as error:
    print(error)
"""


@pytest.mark.parametrize(("package", "script"), [("torchvision", MAPS), ("torch", WARM_UP)])
def test_a_broken_package_is_named_with_how_to_mend_it(
    package: str, script: str, tmp_path: Path
) -> None:
    (tmp_path / package).mkdir()
    (tmp_path / package / "__init__.py").write_text(
        "raise RuntimeError('operator torchvision::nms does not exist\\nand more')"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{script}"],
        capture_output=True,
        text=True,
    )
    assert done.stdout == (
        "PyTorch cannot be imported (operator torchvision::nms does not exist); install versions "
        "that fit each other, from one index: pip install --force-reinstall torch torchvision\n"
    )
