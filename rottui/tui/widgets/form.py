"""The form: one line a field, its problem beside it; read anew with every key."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from threading import Thread
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.message import Message

from rottui.tui.widgets import form_fields
from rottui.tui.widgets.form_fields import FIELD, FIELDS, FOLD, SWEPT, FieldSpec
from rottui.tui.widgets.form_sheet import FieldRow, FormSheet

if TYPE_CHECKING:
    from textual.widgets import Input

    from rottui.core.config import DataConfig
    from rottui.tui.widgets.choice import Choice
    from rottui.tui.widgets.form_schema import Reading

SCHEMA = "rottui.tui.widgets.form_schema"
"""What reads the texts; it needs pydantic, which the first frame does not wait for."""
TALL = 26
"""From this height on, everything fits and nothing is folded away."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a form says at one moment."""

    texts: tuple[tuple[str, str], ...]
    """Field and text, of every field."""
    sweep: bool
    data: DataConfig | str | None
    """What the text of the data means, or the error that stands for it."""
    label: str


class ConfigForm(VerticalScroll, can_focus=False, inherit_bindings=False):
    """All fields of a run or a sweep, read anew with every key; nothing blocks typing."""

    BINDINGS: ClassVar[list[BindingType]] = []
    DEFAULT_CSS = """
    ConfigForm { height: 1fr; scrollbar-size-vertical: 1; }
    """

    @dataclass
    class Read(Message):
        """The texts have changed and now say this."""

        reading: Reading

    class Loaded(Message):
        """The texts can be read from now on."""

    @dataclass
    class DataChosen(Message):
        """Somebody has to find out which data this text means: see ``set_data``."""

        text: str

    @dataclass
    class PresetChosen(Message):
        """The person chose a preset."""

        preset: str

    def __init__(self, *, ascii: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        texts = form_fields.default_texts()
        self._rows = {spec.name: FieldRow(spec, texts[spec.name], ascii=ascii) for spec in FIELDS}
        self._sheet = FormSheet([*self._rows.values()], ascii=ascii)
        self._data: DataConfig | None = None
        """None: what a fresh config has."""
        self._data_label = ""
        self._data_error = ""
        self._data_text = texts["data"]
        self._data_asked = False
        self._unanswered: Counter[str] = Counter()
        self._sweep = False
        self._folded_by_hand = False
        self._reading: Reading | None = None

    def compose(self) -> ComposeResult:
        """All fields."""
        yield self._sheet

    def on_mount(self) -> None:
        """Hide what does not apply, and read the texts once that does not hold up the frame."""
        if SCHEMA in sys.modules:
            self._read()
        else:
            self._show(None)
            self.call_after_refresh(Thread(target=self._load, daemon=True).start)

    def _load(self) -> None:
        """Import what reads the texts, in a thread."""
        import_module(SCHEMA)
        self.post_message(self.Loaded())

    def on_config_form_loaded(self) -> None:
        """Read what the fields hold."""
        self._read()

    def on_resize(self, event: events.Resize) -> None:
        """Unfold the rest in a tall window."""
        fold = FOLD[event.size.height >= TALL]
        if not self._folded_by_hand and self._rows["more"].text != fold:
            self._rows["more"].set_text(fold)
            self._read()

    # State

    @property
    def reading(self) -> Reading:
        """What the texts said when they were last read."""
        if self._reading is None:
            self._reading = self.read()
        return self._reading

    @property
    def texts(self) -> dict[str, str]:
        """What every editor holds, by field."""
        return {name: row.text for name, row in self._rows.items()}

    @property
    def sweep(self) -> bool:
        """Whether the form describes a sweep."""
        return self._sweep

    @property
    def waiting(self) -> bool:
        """Whether nobody has said yet which data the text means."""
        return self._data_asked

    @property
    def visible_fields(self) -> tuple[str, ...]:
        """Names of the fields that can be reached now, top to bottom."""
        return tuple(name for name, row in self._rows.items() if row.display)

    @property
    def focused_field(self) -> FieldSpec | None:
        """The field that has the focus."""
        focused = self.screen.focused
        for row in self._rows.values():
            if row.editor is not None and row.editor is focused:
                return row.spec
        return None

    def row(self, name: str) -> FieldRow:
        """The row of a field."""
        return self._rows[name]

    def fill(self, texts: Mapping[str, str], *, sweep: bool) -> None:
        """Replace the texts of the fields that are named."""
        for name, text in texts.items():
            self._rows[name].set_text(text)
        self._sweep = sweep
        self._read()

    @property
    def said(self) -> Said:
        """All that the form says, to be said again."""
        data = self._data_error or self._data
        return Said(tuple(self.texts.items()), self._sweep, data, self._data_label)

    def say(self, said: Said) -> None:
        """Say again what was said before."""
        texts = dict(said.texts)
        self.choose_data(said.data, said.label, texts["data"])
        self.fill(texts, sweep=said.sweep)

    def set_data(self, data: DataConfig | str, label: str = "", text: str | None = None) -> bool:
        """What a data text means: a config, with a few words about it, or an error's sentence.

        An answer to a ``DataChosen`` that was overtaken by another is dropped; without a question,
        the data is chosen as if ``text``, or its own name, had been typed. Sizes, angles and seed
        of the data stay what their own fields say. True if the form now goes by this answer.
        """
        typed = self._data_text
        asked = typed if text is None and self._data_asked else text
        if asked is not None and self._unanswered[asked]:
            self._unanswered[asked] -= 1
            if not self._data_asked or asked != typed:
                return False
            text = typed
        self.choose_data(data, label, text)
        return True

    def choose_data(
        self, data: DataConfig | str | None, label: str, text: str | None = None
    ) -> None:
        """Go by these data, or by the error that stands for them, whatever was asked before."""
        if text is None and data is not None and not isinstance(data, str):
            text = data.path or data.source
        if text is not None:
            self._rows["data"].set_text(text)
            self._data_text = text
        self._data_asked = False
        if isinstance(data, str):
            self._data_error = data
        else:
            self._data, self._data_label, self._data_error = data, label, ""
        self._read()

    # Focus

    def focus_field(self, name: str) -> None:
        """Put the cursor into a field, unfolding it if needed."""
        if FIELD[name].more:
            self._rows["more"].set_text(FOLD[1])
            self._read()
        self._enter(self._rows[name])

    def move_focus(self, by: int) -> None:
        """Go so many fields down; from nowhere, to the first or the last."""
        names = self.visible_fields
        here = self.focused_field
        if here is None:
            at = 0 if by > 0 else len(names) - 1
        else:
            at = max(0, min(names.index(here.name) + by, len(names) - 1))
        self._enter(self._rows[names[at]])

    def step(self, by: int) -> bool:
        """Go to the field below or above; False where there is none."""
        names = self.visible_fields
        here = self.focused_field
        at = names.index(here.name) + by if here is not None else 0
        if not 0 <= at < len(names) or (here is None and by < 0):
            return False
        self._enter(self._rows[names[at]])
        return True

    def _enter(self, row: FieldRow) -> None:
        """Give a field its editor, and that the focus: at once, so that the next key is its own."""
        editor = self._sheet.enter(row)
        self.screen.set_focus(editor, scroll_visible=False)
        self.call_after_refresh(self._bring_into_view, row)

    def _bring_into_view(self, row: FieldRow) -> None:
        self.scroll_to_region(self._sheet.region_of(row), animate=False, force=True)

    def on_form_sheet_clicked(self, event: FormSheet.Clicked) -> None:
        """Enter the field; a chooser turns with the same click, a text has its cursor there."""
        event.stop()
        self._enter(event.row)
        editor = event.row.open()
        if event.row.spec.options:
            cast("Choice", editor).action_turn(-1 if event.column < 2 else 1)
        else:
            text = cast("Input", editor)
            text.select_on_focus = False
            text.cursor_position = min(event.column, len(text.value))

    def on_descendant_focus(self) -> None:
        """Make the field's label stand out."""
        self._sheet.refresh()

    def on_descendant_blur(self) -> None:
        """Make the label plain again."""
        self._sheet.refresh()

    # Reading

    def on_input_changed(self, event: Input.Changed) -> None:
        """Read what was typed."""
        event.stop()
        if event.input is self._rows["data"].editor:
            self._ask_for_data(event.value.strip())
        self._read()

    def _ask_for_data(self, text: str) -> None:
        if text == self._data_text:
            return  # an editor also tells of the text that it starts with
        self._data_text, self._data_error = text, ""
        self._data_asked = True
        self._unanswered[text] += 1
        self.post_message(self.DataChosen(text))

    def on_choice_changed(self, event: Choice.Changed) -> None:
        """Read what was chosen."""
        event.stop()
        if event.choice is self._rows["preset"].editor:
            self.post_message(self.PresetChosen(event.value))
        else:
            self._folded_by_hand |= event.choice is self._rows["more"].editor
            self._read()

    def read(self) -> Reading:
        """What the texts say at this moment."""
        from rottui.tui.widgets import form_schema

        reading = form_schema.read(self.texts, self._data, self._sweep)
        if self._data_error:
            problems = {**reading.problems, "data": self._data_error}
            ordered = {name: problems[name] for name in FIELD if name in problems}
            reading = replace(reading, problems=ordered)
        return reading

    def _read(self) -> None:
        """Read all fields and show what they say; show them unread while nothing can read yet."""
        if SCHEMA not in sys.modules:
            self._show(None)
            return
        self._reading = reading = self.read()
        self._show(reading)
        self.post_message(self.Read(reading))

    def _show(self, reading: Reading | None) -> None:
        """Show the problems, and only the fields that mean something."""
        texts = self.texts
        source = "garments" if self._data is None else self._data.source
        hidden = form_fields.hidden(texts, source, self._sweep)
        folded = texts["more"] == FOLD[0]
        here = self.focused_field
        for name, row in self._rows.items():
            problem = "" if reading is None else reading.problems.get(name, "")
            # Under the fold, a field at fault is shown until it has been mended and left.
            kept = not row.spec.more or not folded or bool(problem) or row.spec is here
            row.display = name not in hidden and kept
            remark = problem or self._remark(name, texts, fresh=reading is None)
            row.set_note(remark, problem=bool(problem), aside=not problem and name != "data")
        if here is not None and here.name in hidden:
            self._enter(self._rows[_instead(here.name)])
        self._sheet.show()

    def _remark(self, name: str, texts: Mapping[str, str], *, fresh: bool) -> str:
        if name == "preset" and not fresh:
            from rottui.tui.widgets import form_schema

            wanted, sweep = form_schema.preset_texts(texts["preset"])
            same = sweep == self._sweep and all(texts[key] == text for key, text in wanted.items())
            return "" if same else "edited since"
        if name == "data":
            known = "" if self._data_label == self._data_text else self._data_label
            return "looking…" if self._data_asked else known
        if name == "network.type":
            return "" if texts[name] != "mlp" else "dense layers only"
        if name == "seed" and self._sweep and texts["seeds"].strip():
            return "counted up from here" if "x" in texts["seeds"] else ""
        if name == "more" and texts[name] == FOLD[0]:
            return "loss, optimizer, device, sizes"
        return ""


def _instead(name: str) -> str:
    """The field that takes the focus of one that has just become meaningless."""
    if name == "lr" or name in SWEPT:
        return "lrs" if name == "lr" else "lr"
    return "data" if name.startswith("data.") else "network.type"
