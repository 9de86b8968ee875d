"""The form's fields on one widget: it paints them all, and holds the editors of those being edited.

A widget for each label, value and note would cost a hundred and more, and every one of them is
matched against all style rules before the first frame.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.content import Content
from textual.geometry import Region, Size, Spacing
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from rottui.tui.widgets.form_fields import FieldSpec
from rottui.tui.widgets.glyphs import glyphs, to_ascii
from rottui.tui.widgets.table_layout import cells_wide

if TYPE_CHECKING:
    from textual.widgets import Input

    from rottui.tui.widgets.choice import Choice

ROOMY = 68
"""From this width on, notes stand beside the fields and not below them."""
LABEL = 15
"""Columns of the labels."""
INDENT = 2
"""Columns between a value and the note beside it."""


class FieldRow:
    """One field: its text, its remark or problem, and its editor once it has been entered."""

    def __init__(self, spec: FieldSpec, text: str, *, ascii: bool = False) -> None:
        self.spec = spec
        self.editor: Choice | Input | None = None
        self.display = True
        """Whether it is shown now."""
        self.note = ""
        """The remark or the problem."""
        self.problem = False
        self.noted = False
        """Whether the note is shown also where there is no room beside."""
        self._text = text
        self._ascii = ascii

    @property
    def text(self) -> str:
        """What the field holds."""
        return self._text if self.editor is None else self.editor.value

    def set_text(self, text: str) -> None:
        """Put a text into the field without telling anybody."""
        self._text = text
        if self.editor is not None and self.editor.value != text:
            from textual.widgets import Input

            from rottui.tui.widgets.choice import Choice

            with self.editor.prevent(Input.Changed, Choice.Changed):
                self.editor.value = text

    def set_note(self, note: str, *, problem: bool, aside: bool = False) -> None:
        """Take a remark or a problem; a remark ``aside`` only where there is room beside."""
        self.note, self.problem, self.noted = note, problem, bool(note) and not aside
        if self.editor is not None:
            self.editor.set_class(problem, "-problem")

    @property
    def shown_note(self) -> str:
        """The note as it is painted."""
        shown = f"{glyphs(self._ascii).problem} {self.note}" if self.problem else self.note
        return to_ascii(shown) if self._ascii else shown

    def open(self) -> Choice | Input:
        """The editor, made when it is first needed."""
        if self.editor is not None:
            return self.editor
        if self.spec.options:
            from rottui.tui.widgets.choice import Choice

            self.editor = Choice(self.spec.options, self._text, ascii=self._ascii)
        else:
            from textual.widgets import Input

            field = Input(self._text, self.spec.placeholder, compact=True)
            field.cursor_blink = False
            self.editor = field
        self.editor.set_class(self.problem, "-problem")
        return self.editor


class Columns(NamedTuple):
    """Widths of value and note; without a note's, notes stand below."""

    value: int
    note: int

    @classmethod
    def of(cls, width: int) -> Columns:
        """How a form of so many columns is parted."""
        rest = max(0, width - LABEL)
        if width < ROOMY:
            return cls(rest, 0)
        return cls(rest * 3 // 7, rest - rest * 3 // 7)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the form: a field's first, with label and value, or more of its note."""

    row: FieldRow
    first: bool
    note: str = ""
    """The piece of the note on this line."""


def lines_of(rows: Iterable[FieldRow], width: int) -> Iterator[Line]:
    """The lines of the fields that are shown, notes wrapped to fit."""
    columns = Columns.of(width)
    for row in rows:
        if not row.display:
            continue
        if columns.note:
            beside = _wrapped(row.shown_note, columns.note - INDENT) or [""]
            yield from (Line(row, not k, piece) for k, piece in enumerate(beside))
            continue
        yield Line(row, True)
        if row.noted:
            yield from (Line(row, False, text) for text in _wrapped(row.shown_note, columns.value))


def _wrapped(text: str, width: int) -> list[str]:
    if cells_wide(text) <= width:
        return [text] if text else []
    return [line.plain for line in Content(text).wrap(max(1, width))]


class _OnTheirRows(Layout):
    """Every editor over the value of its field."""

    name = "form"

    def arrange(
        self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True
    ) -> ArrangeResult:
        """Place the editors."""
        assert isinstance(parent, FormSheet)
        placements = []
        for y, line in enumerate(parent.lines(size.width)):
            editor = line.row.editor
            if line.first and editor is not None and editor in children:
                width = parent.value_width(line.row, size.width)
                region = Region(LABEL, y, width, 1)
                placements.append(WidgetPlacement(region, region.offset * 0, Spacing(), editor))
        return placements


class FormSheet(Widget):
    """All fields; each becomes an editor when it is entered."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "form--label",
        "form--label-here",
        "form--label-problem",
        "form--note",
        "form--note-problem",
        "form--value",
        "form--value-problem",
        "form--choice",
        "form--placeholder",
    }
    DEFAULT_CSS = """
    FormSheet {
        height: auto;
        .form--label { color: $text-muted; }
        .form--label-here { color: $text-primary; text-style: bold; }
        .form--label-problem { color: $text-error; }
        .form--note { color: $text-muted; }
        .form--note-problem { color: $text-error; }
        .form--value { background: $surface; color: $foreground; }
        .form--value-problem {
            background: $surface; background-tint: $error 20%; color: $foreground;
        }
        .form--choice { background: $surface; color: $foreground; }
        .form--placeholder { background: $surface; color: $text-disabled; }
        Input {
            background: $surface;
            &:focus { background: $surface-active; background-tint: $primary 15%; }
            &.-problem { background-tint: $error 20%; }
        }
    }
    """

    class Clicked(Message):
        """A field's value was clicked that has no editor yet."""

        def __init__(self, row: FieldRow, column: int) -> None:
            super().__init__()
            self.row = row
            self.column = column
            """From the left of the value."""

    def __init__(self, rows: Sequence[FieldRow], *, ascii: bool = False) -> None:
        super().__init__()
        self._rows = rows
        self._glyphs = glyphs(ascii)
        self._own_layout = _OnTheirRows()
        self._lines: list[Line] = []
        self._height = 0

    @property
    def layout(self) -> Layout:
        """Editors lie over the values of their fields."""
        return self._own_layout

    def lines(self, width: int) -> list[Line]:
        """What stands on each line."""
        return list(lines_of(self._rows, width))

    def value_width(self, row: FieldRow, width: int) -> int:
        """Columns of a field's value: all that there are, or as many as its options need."""
        room = Columns.of(width).value
        if not row.spec.options:
            return room
        return min(room, max(map(cells_wide, row.spec.options)) + 4)

    def region_of(self, row: FieldRow) -> Region:
        """Where a field is on the sheet."""
        own = [y for y, line in enumerate(self.lines(self.size.width)) if line.row is row]
        return Region(0, own[0], self.size.width, len(own)) if own else Region()

    def enter(self, row: FieldRow) -> Choice | Input:
        """The editor of a field, on the sheet; in the order of the fields, for the Tab key."""
        fresh = row.editor is None
        editor = row.open()
        if fresh:
            after = self._rows[self._rows.index(row) + 1 :]
            below = next((other.editor for other in after if other.editor is not None), None)
            self.mount(editor, before=below)
        return editor

    def show(self) -> None:
        """Paint the fields as they are now."""
        self._lines = self.lines(self.size.width)
        for row in self._rows:
            if row.editor is not None:
                row.editor.display = row.display
        self.refresh(layout=len(self._lines) != self._height or bool(self._nodes))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One line a field, and what the notes need."""
        self._height = len(self.lines(width))
        return self._height

    def on_resize(self) -> None:
        """Wrap the notes anew."""
        self._lines = self.lines(self.size.width)

    def render_line(self, y: int) -> Strip:
        """Label, value and note, or more of a note."""
        width = self.size.width
        base = self.visual_style.rich_style
        if y >= len(self._lines):
            return Strip([Segment(" " * width, base)], width)
        line = self._lines[y]
        columns = Columns.of(width)
        parts: list[Segment] = []
        if line.first:
            parts += [*self._label(line.row), *self._value(line.row, columns.value)]
        else:
            parts.append(Segment(" " * (LABEL + (columns.value if columns.note else 0)), base))
        if line.note:
            style = "form--note-problem" if line.row.problem else "form--note"
            parts.append(Segment(" " * (INDENT if columns.note else 0), base))
            parts.append(Segment(line.note, self._style(style)))
        return Strip([part for part in parts if part.text]).adjust_cell_length(width, base)

    def _label(self, row: FieldRow) -> Iterator[Segment]:
        style = "form--label"
        if row.editor is not None and row.editor.has_focus:
            style = "form--label-here"
        if row.problem:
            style = "form--label-problem"
        label = row.spec.label[:LABEL]
        yield Segment(label, self._style(style))
        yield Segment(" " * (LABEL - len(label)), self._style(style))

    def _value(self, row: FieldRow, room: int) -> Iterator[Segment]:
        """What its editor would show without the focus."""
        width, text = self.value_width(row, self.size.width), row.text
        style = "form--value-problem" if row.problem else "form--value"
        if row.spec.options:
            style = "form--choice"
            text = f"{self._glyphs.previous} {text} {self._glyphs.next}"
        elif not text:
            text = row.spec.placeholder
        empty = not row.text and bool(text)
        shown = Strip([Segment(text, self._style("form--placeholder" if empty else style))])
        if shown.cell_length > width:
            cut = Segment(self._glyphs.cut, self._style(style))
            shown = Strip([*shown.crop(0, width - 1), cut])
        yield from shown.adjust_cell_length(width, self._style(style))
        yield Segment(" " * (room - width), self.visual_style.rich_style)

    def _style(self, name: str) -> Style:
        return self.get_visual_style(name).rich_style

    def on_click(self, event: events.Click) -> None:
        """Enter the field that was clicked."""
        if 0 <= event.y < len(self._lines) and event.x >= LABEL:
            line = self._lines[event.y]
            column = event.x - LABEL
            if line.first and column < self.value_width(line.row, self.size.width):
                self.post_message(self.Clicked(line.row, column))
