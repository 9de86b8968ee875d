"""Where compiled code is kept, and that it is that of the present sources."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from numba import config

from rottui.core.fast import compiling


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the sources, taken for the real ones."""
    folder = tmp_path / "fast"
    shutil.copytree(Path(compiling.__file__).parent, folder, ignore=lambda *_: ["__pycache__"])
    monkeypatch.setattr(compiling, "__file__", str(folder / "compiling.py"))
    monkeypatch.setattr(compiling, "user_cache_path", lambda name: tmp_path / "cache" / name)
    return folder


def test_a_change_of_any_source_gets_a_folder_of_its_own(sources: Path) -> None:
    before = compiling.kept_in.__wrapped__()
    assert before is not None
    assert before.is_relative_to(sources)
    (sources / "kernels.py").write_text("changed = True\n", encoding="utf-8")
    assert compiling.kept_in.__wrapped__() != before


def test_where_the_sources_cannot_be_written_it_is_the_cache_folder(sources: Path) -> None:
    (sources / "__pycache__").write_text("no folder can be made here", encoding="utf-8")
    found = compiling.kept_in.__wrapped__()
    assert found is not None
    assert found.is_relative_to(sources.parent / "cache")


def test_where_nothing_can_be_written_code_is_compiled_each_time(
    sources: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (sources / "__pycache__").write_text("no", encoding="utf-8")
    (sources.parent / "cache").write_text("no", encoding="utf-8")
    assert compiling.kept_in.__wrapped__() is None
    monkeypatch.setattr(compiling, "kept_in", lambda: None)

    @compiling.compiled
    def double(number: float) -> float:
        return 2 * number

    assert double(1.5) == 3.0


def test_the_settings_of_other_peoples_kernels_are_left_alone() -> None:
    before = config.CACHE_DIR

    @compiling.compiled
    def half(number: float) -> float:
        return number / 2

    assert half(3.0) == 1.5
    assert before == config.CACHE_DIR
