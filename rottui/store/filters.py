"""A small language that says which runs are meant: ``state:running lr>=1e-3 -tag:old | sweep:a``.

Terms side by side must all fit, ``|`` means or and binds least, ``-`` before a term means not, and
parentheses group. A word or a "text in quotes" is looked for in what people have written of a run;
``field:value`` and comparisons are about one field (``rottui.store.filter_fields``).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from rottui.errors import RottuiError
from rottui.store import filter_fields
from rottui.store.filter_fields import OPERATORS, Fits
from rottui.store.records import RunRow

DEEPEST = 50
"""So many parentheses and minus signs may stand within each other."""

_FIELD = re.compile(rf"([A-Za-z_][\w.]*)(:|\s*({OPERATORS})\s*)")
_WORD = re.compile(r'[^\s|()"]+')
_NEGATED = re.compile(r"-(?=[^\s|)])")
_SPACE = re.compile(r"\s*")


class FilterError(RottuiError):
    """A text that is no filter; ``place`` is the character at which it stops to be one."""

    def __init__(self, message: str, place: int) -> None:
        super().__init__(message)
        self.place = place


@dataclass(frozen=True, slots=True)
class Filter:
    """Tells the runs that are meant from others."""

    text: str
    """As it was typed."""
    _fits: Fits

    def matches(self, run: RunRow, groups: Mapping[int, str]) -> bool:
        """Whether a run is meant; ``groups`` are the names of sweeps and groups by their ids."""
        return self._fits(run, groups)


def parse(text: str, settings: Collection[str]) -> Filter:
    """Read a filter; an empty one fits every run.

    Args:
        text: as it was typed.
        settings: the dotted paths of a run's config, such as ``network.type``: each can be asked
            for by its path or the end of it.

    Raises:
        FilterError: with the place at fault.
    """
    reader = _Reader(text, tuple(settings))
    fits = _everything if reader.at_end() else reader.alternatives(0)
    if not reader.at_end():
        raise FilterError("no ( is open here", reader.place)
    return Filter(text, fits)


class _Reader:
    """Reads a text from left to right; ``place`` is the next character."""

    def __init__(self, text: str, settings: tuple[str, ...]) -> None:
        self.text = text
        self.place = 0
        self._settings = settings

    def at_end(self) -> bool:
        """Whether nothing but space is left, over which it goes."""
        self.place = _end(_SPACE.match(self.text, self.place))
        return self.place >= len(self.text)

    def alternatives(self, depth: int) -> Fits:
        """Terms with ``|`` between, up to the end or a closing parenthesis."""
        choices = [self._together(depth)]
        while not self.at_end() and self.text[self.place] == "|":
            self.place += 1
            choices.append(self._together(depth))
        return choices[0] if len(choices) == 1 else _any(tuple(choices))

    def _together(self, depth: int) -> Fits:
        """Terms side by side, at least one."""
        terms: list[Fits] = []
        while not self.at_end() and self.text[self.place] not in "|)":
            terms.append(self._term(depth))
        if not terms:
            raise FilterError("something is missing here", self.place)
        return terms[0] if len(terms) == 1 else _all(tuple(terms))

    def _term(self, depth: int) -> Fits:
        if depth >= DEEPEST:
            raise FilterError("this is nested too deeply", self.place)
        start = self.place
        sign = self.text[start]
        if _NEGATED.match(self.text, start):
            self.place += 1
            return _not(self._term(depth + 1))
        if sign == "(":
            self.place += 1
            inner = self.alternatives(depth + 1)
            if self.at_end():
                raise FilterError("a ) is missing for this (", start)
            self.place += 1
            return inner
        if sign == '"':
            return filter_fields.text_of(self._quoted())
        field = _FIELD.match(self.text, self.place)
        if field is not None:
            return self._about(field)
        return filter_fields.text_of(self._match(_WORD))

    def _about(self, field: re.Match[str]) -> Fits:
        """A field, what stands between, and its value."""
        name, operator = field[1], field[3] or ":"
        start, self.place = self.place, field.end()
        values = self._values(f"{name}{operator}")
        try:
            return filter_fields.about(name, operator, values, self._settings)
        except filter_fields.UnknownFieldError as error:
            raise FilterError(str(error), start) from None
        except RottuiError as error:
            raise FilterError(str(error), field.end()) from None

    def _values(self, before: str) -> list[str]:
        """What follows a field: words with commas between, or one text in quotes."""
        if self.place < len(self.text) and self.text[self.place] == '"':
            return [self._quoted()]
        words = []
        if _WORD.match(self.text, self.place):
            words = [word for word in self._match(_WORD).split(",") if word]
        if not words:
            raise FilterError(f"a value is missing after {before}", self.place)
        return words

    def _quoted(self) -> str:
        start = self.place
        end = self.text.find('"', start + 1)
        if end < 0:
            raise FilterError('a second " is missing for this one', start)
        self.place = end + 1
        return self.text[start + 1 : end]

    def _match(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.place)
        assert match is not None
        self.place = match.end()
        return match[0]


def _end(match: re.Match[str] | None) -> int:
    assert match is not None
    return match.end()


def _everything(run: RunRow, groups: Mapping[int, str]) -> bool:
    return True


def _all(terms: tuple[Fits, ...]) -> Fits:
    return lambda run, groups: all(fits(run, groups) for fits in terms)


def _any(terms: tuple[Fits, ...]) -> Fits:
    return lambda run, groups: any(fits(run, groups) for fits in terms)


def _not(term: Fits) -> Fits:
    return lambda run, groups: not term(run, groups)
