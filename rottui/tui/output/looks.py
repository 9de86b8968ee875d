"""How a cell looks, and the shortest code (SGR) that goes from one look to the next.

Codes: ECMA-48, 8.3.117 "SGR"; direct colours as in ISO 8613-6; links as OSC 8.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from rich.color import ColorSystem
from rich.style import Style

_ON = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "21", "51", "52", "53")
_OFF = ("22", "22", "23", "24", "25", "25", "27", "28", "29", "24", "54", "54", "55")
_UNDERLINE, _REVERSE, _STRIKE, _UNDERLINE2, _FRAME, _ENCIRCLE, _OVERLINE = 3, 6, 8, 9, 10, 11, 12
_SEEN_ON_BLANKS = sum(
    1 << bit for bit in (_UNDERLINE, _REVERSE, _STRIKE, _UNDERLINE2, _FRAME, _ENCIRCLE, _OVERLINE)
)


@dataclass(frozen=True, slots=True)
class Look:
    """What is drawn around a character: codes of both colours, bits, link ("" is none)."""

    foreground: str = ""
    background: str = ""
    attributes: int = 0
    link: str = ""

    @property
    def on_blank(self) -> Look:
        """The look of a space: the same without what a space does not show."""
        if self.attributes & _SEEN_ON_BLANKS or self.link:
            return self
        return _look("", self.background, 0, "")


@lru_cache(maxsize=65536)
def _look(foreground: str, background: str, attributes: int, link: str) -> Look:
    """One object for each look, so that comparing two of them is most often a glance."""
    return Look(foreground, background, attributes, link)


PLAIN = _look("", "", 0, "")


@lru_cache(maxsize=16384)
def look_of(style: Style | None, colors: ColorSystem) -> Look:
    """What a style looks like in a terminal of this many colours."""
    if style is None:
        return PLAIN
    foreground = background = ""
    if style.color is not None and not style.color.is_default:
        foreground = ";".join(style.color.downgrade(colors).get_ansi_codes())
    if style.bgcolor is not None and not style.bgcolor.is_default:
        background = ";".join(style.bgcolor.downgrade(colors).get_ansi_codes(False))
    attributes = style._attributes & style._set_attributes  # Rich has no public way to all of them
    return _look(foreground, background, attributes, style.link or "")


@lru_cache(maxsize=65536)
def transition(before: Look, after: Look) -> str:
    """The shortest codes after which a terminal that draws as ``before`` draws as ``after``."""
    if before == after:
        return ""
    link = f"\x1b]8;;{after.link}\x1b\\" if before.link != after.link else ""
    anew = _codes(after, 0, "", "")
    if not anew:
        return f"{link}\x1b[m"
    change = _change(before, after)
    if not change:
        return link
    whole = ";".join(["0", *anew])
    return f"{link}\x1b[{min(';'.join(change), whole, key=len)}m"


def _change(before: Look, after: Look) -> list[str]:
    """Codes for what differs alone."""
    lost = before.attributes & ~after.attributes
    off = list(dict.fromkeys(code for bit, code in enumerate(_OFF) if lost >> bit & 1))
    # One code may take away more than what was lost: bold and dim share theirs.
    gone = sum(1 << bit for bit, code in enumerate(_OFF) if code in off)
    return off + _codes(after, before.attributes & ~gone, before.foreground, before.background)


def _codes(look: Look, attributes: int, foreground: str, background: str) -> list[str]:
    """Codes for what the look has and these do not."""
    gained = look.attributes & ~attributes
    codes = [code for bit, code in enumerate(_ON) if gained >> bit & 1]
    if look.foreground != foreground:
        codes.append(look.foreground or "39")
    if look.background != background:
        codes.append(look.background or "49")
    return codes
