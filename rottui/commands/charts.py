"""Charts as text on standard output: in colour on a terminal, plain on a pipe."""

from __future__ import annotations

import shutil
import sys

from rottui.commands.tables import on_terminal
from rottui.tui.charts.cells import ASCII, UNICODE
from rottui.tui.charts.chart import Chart
from rottui.tui.charts.drawing import draw

WIDEST = 100
PIPE = 80
"""Columns where no terminal says how many there are."""
HEIGHT = 18
STYLES = {
    "run-1": "blue",
    "run-2": "yellow",
    "run-3": "green",
    "run-4": "magenta",
    "run-5": "cyan",
    "run-6": "bright_blue",
    "run-7": "bright_yellow",
    "run-8": "bright_green",
    "run-failed": "red",
    "chart-axis": "dim",
    "chart-grid": "dim",
    "chart-band": "bold green",
}
"""The chart's colour tokens in the sixteen colours that every terminal has."""


def ascii_only() -> bool:
    """Whether standard output's encoding has none of the characters that charts are drawn with."""
    try:
        "▄⠿│…×".encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return True
    return False


def print_chart(chart: Chart) -> None:
    """Print it as wide as the terminal, up to a hundred columns."""
    from rottui.tui.charts import plotext_canvas

    plain = ascii_only()
    terminal = on_terminal()
    width = min(WIDEST, shutil.get_terminal_size().columns) if terminal else PIPE
    rasterise = plotext_canvas.rasterise_ascii if plain else plotext_canvas.rasterise
    drawing = draw(chart, width, HEIGHT, rasterise, ASCII if plain else UNICODE)
    if not terminal:
        print("\n".join(line.rstrip() for line in drawing.text.splitlines()))
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    for row in drawing.rows:
        spans = [(span.text, STYLES.get(span.style, span.style)) for span in row]
        console.print(Text.assemble(*spans))
