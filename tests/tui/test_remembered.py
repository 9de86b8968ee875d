"""Choices that outlive the app."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from rottui.tui.remembered import Remembered


def test_a_choice_is_there_at_the_next_launch(tmp_path: Path) -> None:
    Remembered(tmp_path / "new").put("theme", "nord")
    assert Remembered(tmp_path / "new").get("theme") == "nord"
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["remembered.json"]


@pytest.mark.parametrize("content", ["", "{", "[1]", '{"theme": 3}'])
def test_a_damaged_file_counts_as_empty_and_is_mended(content: str, tmp_path: Path) -> None:
    (tmp_path / "remembered.json").write_text(content)
    remembered = Remembered(tmp_path)
    assert remembered.get("theme") is None
    remembered.put("theme", "nord")
    assert Remembered(tmp_path).get("theme") == "nord"


def test_a_folder_that_cannot_be_written_is_logged_and_no_error(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    remembered = Remembered(tmp_path / "file" / "below")
    with caplog.at_level(logging.WARNING):
        remembered.put("theme", "nord")
    assert remembered.get("theme") == "nord"
    assert "cannot remember theme" in caplog.text
