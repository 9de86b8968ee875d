"""PyTorch's matrix product in compiled code, against NumPy's."""

from __future__ import annotations

import ctypes.util
from typing import Any

import pytest

from rottui.core.fast import blas


def test_it_was_found_here() -> None:
    assert blas.available(), "this build of PyTorch exports no sgemm_: training is slow here"


def test_a_product_that_is_wrong_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*_: Any) -> None:
        return None

    monkeypatch.setattr(blas, "_matrix_product", wrong)
    assert not blas.available.__wrapped__()


def test_a_library_without_the_routine_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blas, "_libraries", lambda: ["/nowhere.so", ctypes.util.find_library("c")])
    assert blas._address("sgemm_") is None
