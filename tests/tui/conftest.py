"""Pictures of the screen that the tests keep, and that the README shows."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.widgets import Input

PICTURES = Path(__file__).parent / "pictures"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-pictures",
        action="store_true",
        help="write the pictures of the screen anew instead of comparing with them",
    )


@pytest.fixture(autouse=True)
def still_cursor(monkeypatch: pytest.MonkeyPatch) -> None:
    """A blinking cursor would make a picture depend on the moment it is taken."""
    monkeypatch.setattr(Input, "_toggle_cursor", lambda self: None)


def _looks(picture: str) -> str:
    """A picture without the name of its styles, a digest of how the screen was put together."""
    return re.sub(r"terminal-\d+", "terminal", picture)


@pytest.fixture
def same_picture(request: pytest.FixtureRequest) -> Callable[[App[Any], str], None]:
    """Compares the app's screen with the kept picture of that name."""

    def compare(app: App[Any], name: str) -> None:
        path = PICTURES / f"{name}.svg"
        found = app.export_screenshot(title="rottui")
        if request.config.getoption("--update-pictures"):
            PICTURES.mkdir(exist_ok=True)
            path.write_text(found, encoding="utf-8")
            return
        assert path.exists(), f"there is no picture {path.name}; make it with --update-pictures"
        if _looks(found) != _looks(path.read_text(encoding="utf-8")):
            seen = Path(request.config.rootpath) / ".pytest_cache" / path.name
            seen.parent.mkdir(exist_ok=True)
            seen.write_text(found, encoding="utf-8")
            pytest.fail(f"the screen differs from {path.name}; it is now as in {seen}")

    return compare
