"""Copying and saving what is on the screen."""

from __future__ import annotations

import base64
import re
import tomllib
from pathlib import Path

import pytest
from runs_made import run_row
from textual.app import App, ComposeResult
from textual.widgets import Static
from waiting import running, until

from rottui.core.config import RunConfig
from rottui.store.records import NewRun
from rottui.store.runs import RunStore
from rottui.tui.app import RottuiApp
from rottui.tui.clipboard import MOST, copying, refusal, too_long
from rottui.tui.copies import form_offer, pane_offers, run_offer
from rottui.tui.exports import ExportError, save
from rottui.tui.screen_cut import cut, svg_of, text_of
from rottui.tui.screens.copying import CopyScreen, Offer
from rottui.tui.screens.help import HelpScreen
from rottui.tui.screens.trash import TrashScreen


def clipboard(sent: str) -> str:
    """What a terminal has in its clipboard after that."""
    found = re.fullmatch("\x1b]52;c;([A-Za-z0-9+/=]*)\a", sent)
    assert found
    return base64.b64decode(found[1]).decode()


def test_a_terminal_gets_the_text_whatever_is_in_it() -> None:
    text = "lr = 1e-3 # °×…\n\x1b[31m"
    assert clipboard(copying(text, {})) == text
    assert clipboard(copying(text, {"STY": "1.pts", "TMUX": "/tmp/x"})) == text


def test_gnu_screen_gets_it_in_wrapped_pieces_that_it_passes_on() -> None:
    text = "x" * 1000
    pieces = re.findall("\x1bP(.*?)\x1b\\\\", copying(text, {"STY": "1.pts"}), re.DOTALL)
    assert len(pieces) > 2
    assert clipboard("".join(pieces)) == text


@pytest.mark.parametrize(
    ("environ", "refused"),
    [
        ({"TERM_PROGRAM": "Apple_Terminal"}, True),
        ({"TERM": "linux"}, True),
        ({"TERM": "xterm-256color"}, False),
        ({}, False),
    ],
)
def test_terminals_without_a_clipboard_are_known(environ: dict[str, str], refused: bool) -> None:
    assert (refusal(environ) is not None) is refused


def test_what_is_too_long_says_how_long_it_is() -> None:
    assert too_long("°" * (MOST // 2)) is None
    assert str(MOST + 2 - MOST % 2) in str(too_long("°" * (MOST // 2 + 1))).replace(",", "")


def test_saving_never_overwrites(tmp_path: Path) -> None:
    first, second = (save(text, "a.txt", tmp_path) for text in ("1", b"2"))
    assert (first.name, second.name) == ("a.txt", "a-2.txt")
    assert (first.read_text(), second.read_text()) == ("1", "2")
    with pytest.raises(ExportError, match="cannot save"):
        save("1", "a.txt", tmp_path / "missing")


def test_a_run_s_config_comes_back_from_its_toml() -> None:
    config = RunConfig().replaced({"lr": 1e-3, "network.dense_hiddens": [8, 9]})
    run = run_row(3, config=config)
    made = run_offer(run).make()
    assert RunConfig.from_dict(tomllib.loads(str(made))) == config
    assert made == form_offer(config).make()


class Host(App[None]):
    CSS = "Screen { layout: horizontal; } #left { width: 6; } #right { width: 20; color: red; }"

    def __init__(self) -> None:
        super().__init__()
        self.chosen: list[object] = []

    def compose(self) -> ComposeResult:
        yield Static("left", id="left")
        yield Static("0.25 °\n\n1e-3", id="right")


async def test_a_part_of_the_screen_is_cut_out_also_from_under_a_question() -> None:
    app = Host()
    async with app.run_test(size=(40, 6)) as pilot:
        main, region = app.screen, app.query_one("#right").region
        app.push_screen(CopyScreen(()))
        await pilot.pause()
        lines = cut(main, region)
    assert text_of(lines) == "0.25 °\n\n1e-3\n"
    assert {line.cell_length for line in lines} == {20}
    svg = svg_of(lines, "a<title>")
    assert "0.25" in svg
    assert "left" not in svg
    assert "a&lt;title&gt;" in svg
    assert next(offer.make() for offer in pane_offers("charts", lines)) == text_of(lines)


def offer(letter: str, copied: bool = True) -> Offer:
    return Offer(letter, f"thing {letter}", "text", f"{letter}.txt", lambda: letter, copied)


@pytest.mark.parametrize(
    ("key", "chosen"),
    [("t", ("t", False)), ("T", ("t", True)), ("p", ("p", True)), ("escape", None)],
)
async def test_small_letters_copy_and_capitals_save(key: str, chosen: tuple[str, bool]) -> None:
    app = Host()
    async with app.run_test() as pilot:
        app.push_screen(CopyScreen([offer("t"), offer("p", copied=False)]), app.chosen.append)
        await pilot.press("x", key)
        await until(pilot, lambda: bool(app.chosen))
    (got,) = app.chosen
    assert (None if got is None else (got[0].letter, got[1])) == chosen  # type: ignore[index]


async def test_what_is_offered_can_be_clicked() -> None:
    app = Host()
    async with app.run_test() as pilot:
        app.push_screen(CopyScreen([offer("t")]), app.chosen.append)
        await pilot.pause()
        await pilot.click(Static, offset=(1, 0))
        await until(pilot, lambda: bool(app.chosen))
    assert app.chosen[0][1] is False  # type: ignore[index]


async def test_the_app_copies_and_saves_the_run_under_the_cursor(
    tmp_path: Path, image_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    config = RunConfig().replaced({"lr": 0.125})
    with RunStore.open(tmp_path / "store") as store:
        store.add_runs([NewRun("mine", config.to_dict(), config.epochs)])
        app = RottuiApp(store, data=str(image_folder), train=False)
        async with running(app) as pilot:
            await pilot.press("2", "y", "C")
            path = tmp_path / "rottui-run-1.toml"
            await until(pilot, path.exists)
            sent: list[str] = []
            assert app._driver is not None
            monkeypatch.setattr(app._driver, "write", sent.append)
            await pilot.press("y", "c")
            await until(pilot, lambda: any("]52;" in text for text in sent))
            await pilot.press("y", "T")
            await until(pilot, (tmp_path / "rottui-queue.txt").exists)
            app.push_screen(HelpScreen("queue"))
            app.action_copy()  # as from the palette, which closes a moment later
            await until(pilot, lambda: isinstance(app.screen, CopyScreen))
            await pilot.press("escape", "escape", "T")
            await until(pilot, lambda: isinstance(app.screen, TrashScreen))
            await pilot.press("y")  # what the trash says, which lies over the panes
            await until(pilot, lambda: isinstance(app.screen, CopyScreen))
            await pilot.press("T")
            await until(pilot, (tmp_path / "rottui-trash.txt").exists)
    assert "mine" not in (tmp_path / "rottui-trash.txt").read_text()
    assert "mine" in (tmp_path / "rottui-queue.txt").read_text()
    assert RunConfig.from_dict(tomllib.loads(path.read_text())) == config
    assert clipboard(next(text for text in sent if "]52;" in text)) == path.read_text()
