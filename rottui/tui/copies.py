"""Copies what is on the screen: into the terminal's clipboard, or into a file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.strip import Strip

from rottui.tui.cell_picture import png_of
from rottui.tui.clipboard import copying, refusal, too_long
from rottui.tui.config_toml import toml_of
from rottui.tui.exports import save
from rottui.tui.keymap import DIALOGS, SCOPES
from rottui.tui.screen_cut import cut, svg_of, text_of
from rottui.tui.screens.copying import CopyScreen, Offer

if TYPE_CHECKING:
    from rottui.core.config import RunConfig
    from rottui.store.records import RunRow
    from rottui.tui.app import RottuiApp


class Copies:
    """Offers what there is to copy, and does it behind the screen."""

    def __init__(self, app: RottuiApp) -> None:
        self._app = app

    def ask(self) -> None:
        """Let a person choose: of the active pane and the chosen run, or of the dialog on top."""
        main, screen = self._app.main, self._app.screen
        scope = getattr(screen, "scope", None)
        if scope in DIALOGS:
            box = screen.query(Vertical).first()
            offers = pane_offers(scope, cut(screen, box.content_region))
        else:  # the palette may still lie over the panes
            lines = cut(main, main.query_one(f"#{main.active}").region)
            offers = [*self._configs(), *pane_offers(main.active, lines)]
        self._app.push_screen(CopyScreen(offers, ascii=self._app.ascii_only), self._chosen)

    def _configs(self) -> list[Offer]:
        main = self._app.main
        if main.active == "configure":
            config = main.form_pane.config
            return [] if config is None else [form_offer(config)]
        run = main.cursor_run_row
        return [] if run is None else [run_offer(run)]

    def _chosen(self, choice: tuple[Offer, bool] | None) -> None:
        if choice is None:
            return
        offer, saved = choice
        if saved:
            self._save(offer)
        else:
            self._app.read(offer.make, partial(self._copy, offer))

    def _save(self, offer: Offer, why: str = "") -> None:
        def done(path: object) -> None:
            self._app.say(f"{why}Saved the {offer.what} as {path}")

        self._app.read(lambda: save(offer.make(), offer.file), done)

    def _copy(self, offer: Offer, content: str | bytes) -> None:
        """Into the clipboard; into a file where there is none that would take it."""
        assert isinstance(content, str)
        reason = refusal(os.environ) or too_long(content)
        driver = self._app._driver
        if reason is not None or driver is None:
            self._save(offer, f"Not copied: {reason}. ")
            return
        driver.write(copying(content, os.environ))
        self._app.say(f"Copied the {offer.what} as {offer.form}, {len(content.encode()):,} bytes")


def pane_offers(scope: str, lines: Sequence[Strip]) -> list[Offer]:
    """A pane as it stands on the screen."""
    what = SCOPES[scope] if scope in DIALOGS else f"{SCOPES[scope]} pane"
    file = f"rottui-{scope}"
    return [
        Offer("t", what, "text", f"{file}.txt", lambda: text_of(lines)),
        Offer("s", what, "SVG", f"{file}.svg", lambda: svg_of(lines, f"rottui: {SCOPES[scope]}")),
        Offer("p", what, "PNG", f"{file}.png", lambda: png_of(lines), copied=False),
    ]


def run_offer(run: RunRow) -> Offer:
    """The config of a run."""
    name = f"rottui-run-{run.id}.toml"
    return Offer("c", f"config of run {run.id}", "TOML", name, lambda: toml_of(run.config))


def form_offer(config: RunConfig) -> Offer:
    """What the form describes."""
    return Offer("c", "config of the form", "TOML", "rottui-config.toml", config.to_toml)
