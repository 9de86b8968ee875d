"""The few symbols that panes draw, and what stands for them where only ASCII can be shown."""

from __future__ import annotations

from dataclasses import dataclass

from rottui.store.states import State


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One set of symbols; each but ``arrow`` and ``degree`` is one cell wide."""

    running: str = "▶"
    paused: str = "⏸"
    done: str = "✓"
    failed: str = "✗"
    queued: str = "·"
    cancelled: str = "⊘"
    draft: str = "✎"
    cut: str = "…"
    """Where text was cut because it does not fit."""
    cursor: str = "▸"
    mark: str = "●"
    previous: str = "‹"
    next: str = "›"
    bar_full: str = "━"
    bar_empty: str = "─"
    times: str = "×"
    fork: str = "↳"
    """Before the run that a fork comes from."""
    arrow: str = "→"
    dot: str = "·"
    problem: str = "✗"
    degree: str = "°"
    rising: str = "▲"
    falling: str = "▼"
    """Beside the title of the column that a table is sorted by."""
    none: str = "–"
    """Stands for a number that was not taken."""

    def of(self, state: State) -> str:
        """The symbol of a run's state."""
        return str(getattr(self, state.value))


UNICODE = Glyphs()
ASCII = Glyphs(
    running=">",
    paused="=",
    done="+",
    failed="x",
    queued=".",
    cancelled="-",
    draft="~",
    cut="~",
    cursor=">",
    mark="*",
    previous="<",
    next=">",
    bar_full="=",
    bar_empty="-",
    times="x",
    fork="^",
    arrow="->",
    dot="-",
    problem="!",
    degree="deg",
    rising="^",
    falling="v",
    none="-",
)


def glyphs(ascii: bool) -> Glyphs:
    """The ASCII set, or the one for terminals with Unicode."""
    return ASCII if ascii else UNICODE


_PLAIN = str.maketrans(
    {
        "·": "-",
        "×": "x",
        "…": "~",
        "→": "->",
        "°": " deg",
        "–": "-",
        "‹": "<",
        "›": ">",
        "±": "+-",
        "↳": "^",
    }
)


def to_ascii(text: str) -> str:
    """The text with ASCII stand-ins; ``?`` for letters that have none."""
    if text.isascii():
        return text
    return text.translate(_PLAIN).encode("ascii", "replace").decode("ascii")
