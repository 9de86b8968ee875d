"""The form as widgets: one line a field, its problem beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from rottui.core.config import DataConfig
from rottui.tui.widgets import form_schema
from rottui.tui.widgets.choice import Choice
from rottui.tui.widgets.form_schema import FIELD, FIELDS, FOLD, FieldSpec, Reading
from rottui.tui.widgets.form_sweep import SWEPT
from rottui.tui.widgets.glyphs import glyphs, to_ascii

ROOMY = 68
"""From this width on, notes stand beside the fields and not below them."""
TALL = 26
"""From this height on, everything fits and nothing is folded away."""


class FieldRow(Widget, can_focus=False):
    """Label, editor, and a note that is either a remark or the problem of the field."""

    DEFAULT_CSS = """
    FieldRow {
        layout: grid;
        grid-size: 2;
        grid-columns: 15 1fr;
        grid-rows: auto;
        height: auto;
        .label { height: 1; color: $text-muted; }
        &.-focused .label { color: $text-primary; text-style: bold; }
        Input {
            background: $surface;
            &:focus { background: $surface-active; background-tint: $primary 15%; }
        }
        .note {
            column-span: 2;
            height: auto;
            padding-left: 15;
            color: $text-muted;
            display: none;
        }
        &.-noted .note { display: block; }
        &.-problem .note { color: $text-error; }
        &.-problem .label { color: $text-error; }
        &.-problem Input { background-tint: $error 20%; }
        &.-roomy {
            grid-size: 3;
            grid-columns: 15 3fr 4fr;
            .note { column-span: 1; padding-left: 2; display: block; }
        }
    }
    """

    def __init__(self, spec: FieldSpec, text: str, *, ascii: bool = False) -> None:
        super().__init__(classes="field")
        self.spec = spec
        self._ascii = ascii
        self._note = ("", False)
        self.editor: Choice | Input
        if spec.options:
            self.editor = Choice(spec.options, text, ascii=ascii)
        else:
            self.editor = Input(text, spec.placeholder, compact=True)
            self.editor.cursor_blink = False

    def compose(self) -> ComposeResult:
        """Label, editor, note."""
        yield Static(self.spec.label, classes="label", markup=False)
        yield self.editor
        yield Static("", classes="note", markup=False)

    def on_descendant_focus(self) -> None:
        """Make the label stand out; ``:focus-within`` stays behind when the focus moves on."""
        self.add_class("-focused")

    def on_descendant_blur(self) -> None:
        """Make the label plain again."""
        self.remove_class("-focused")

    @property
    def text(self) -> str:
        """What the editor holds."""
        return self.editor.value

    def set_text(self, text: str) -> None:
        """Put a text into the editor without telling anybody."""
        if self.editor.value != text:
            with self.prevent(Input.Changed, Choice.Changed):
                self.editor.value = text

    def set_note(self, note: str, *, problem: bool, aside: bool = False) -> None:
        """Show a remark or a problem; a remark ``aside`` only where there is room beside."""
        if (note, problem) == self._note:
            return
        self._note = (note, problem)
        shown = f"{glyphs(self._ascii).problem} {note}" if problem else note
        self.query_one(".note", Static).update(to_ascii(shown) if self._ascii else shown)
        self.set_class(bool(note) and not aside, "-noted")
        self.set_class(problem, "-problem")

    @property
    def note(self) -> str:
        """The remark or the problem."""
        return self._note[0]


@dataclass(frozen=True, slots=True)
class Said:
    """What a form says at one moment."""

    texts: tuple[tuple[str, str], ...]
    """Field and text, of every field."""
    sweep: bool
    data: DataConfig | str
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
        texts = form_schema.default_texts()
        self._rows = {spec.name: FieldRow(spec, texts[spec.name], ascii=ascii) for spec in FIELDS}
        self._data = DataConfig()
        self._data_label = ""
        self._data_error = ""
        self._data_text = texts["data"]
        self._data_asked = False
        self._unanswered: Counter[str] = Counter()
        self._sweep = False
        self._folded_by_hand = False
        self.reading = form_schema.read(texts, self._data, False)

    def compose(self) -> ComposeResult:
        """The rows."""
        yield from self._rows.values()

    def on_mount(self) -> None:
        """Hide what does not apply."""
        self._read()

    def on_resize(self, event: events.Resize) -> None:
        """Set notes beside the fields where there is room; unfold the rest in a tall window."""
        for row in self._rows.values():
            row.set_class(event.size.width >= ROOMY, "-roomy")
        fold = FOLD[event.size.height >= TALL]
        if not self._folded_by_hand and self._rows["more"].text != fold:
            self._rows["more"].set_text(fold)
            self._read()

    # State

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
            if row.editor is focused:
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

    def choose_data(self, data: DataConfig | str, label: str, text: str | None = None) -> None:
        """Go by these data, or by the error that stands for them, whatever was asked before."""
        if text is None and isinstance(data, DataConfig):
            text = form_schema.data_text(data)
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
        self._rows[name].editor.focus()

    def move_focus(self, by: int) -> None:
        """Go so many fields down; from nowhere, to the first or the last."""
        names = self.visible_fields
        here = self.focused_field
        if here is None:
            at = 0 if by > 0 else len(names) - 1
        else:
            at = max(0, min(names.index(here.name) + by, len(names) - 1))
        self._rows[names[at]].editor.focus()

    # Reading

    @on(Input.Changed)
    def _text_changed(self, event: Input.Changed) -> None:
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

    @on(Choice.Changed)
    def _choice_changed(self, event: Choice.Changed) -> None:
        event.stop()
        if event.choice is self._rows["preset"].editor:
            self.post_message(self.PresetChosen(event.value))
        else:
            self._folded_by_hand |= event.choice is self._rows["more"].editor
            self._read()

    def read(self) -> Reading:
        """What the texts say at this moment."""
        reading = form_schema.read(self.texts, self._data, self._sweep)
        if self._data_error:
            problems = {**reading.problems, "data": self._data_error}
            ordered = {name: problems[name] for name in FIELD if name in problems}
            reading = replace(reading, problems=ordered)
        return reading

    def _read(self) -> None:
        """Read all fields; show the problems, and only the fields that mean something."""
        texts = self.texts
        self.reading = reading = self.read()
        hidden = form_schema.hidden(texts, self._data.source, self._sweep)
        folded = texts["more"] == FOLD[0]
        here = self.focused_field
        for name, row in self._rows.items():
            problem = reading.problems.get(name, "")
            # Under the fold, a field at fault is shown until it has been mended and left.
            kept = not row.spec.more or not folded or bool(problem) or row.spec is here
            row.display = name not in hidden and kept
            remark = problem or self._remark(name, texts)
            row.set_note(remark, problem=bool(problem), aside=not problem and name != "data")
        if here is not None and here.name in hidden:
            self._rows[_instead(here.name)].editor.focus()
        self.post_message(self.Read(reading))

    def _remark(self, name: str, texts: Mapping[str, str]) -> str:
        if name == "preset":
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
