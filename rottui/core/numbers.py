"""Between numbers and the texts that people type and read."""

from __future__ import annotations


def number_in(text: str) -> int | float | str:
    """The number that a text is, so that a sentence about it quotes a number; else the text."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def format_lr(lr: float) -> str:
    """``1e-4``, ``3.2e-4``, ``0.5``: the shortest text that reads back as the same number."""
    if 0.1 <= lr < 1000:
        return repr(lr).removesuffix(".0")
    for digits in range(17):
        mantissa, exponent = f"{lr:.{digits}e}".split("e")
        if float(f"{mantissa}e{exponent}") == lr:
            break
    return f"{mantissa}e{int(exponent)}"
