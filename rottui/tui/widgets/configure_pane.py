"""Configure: a form for one run or a sweep, and what would be queued."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Static

from rottui.tui.key_names import key_name, key_of
from rottui.tui.keymap import actions, bindings, first_key, keys_now
from rottui.tui.widgets import form_fields
from rottui.tui.widgets.form import ConfigForm, Said
from rottui.tui.widgets.form_fields import FIELD, PRESETS, SWEPT
from rottui.tui.widgets.formats import format_count
from rottui.tui.widgets.glyphs import to_ascii

if TYPE_CHECKING:
    from textual.widgets import Input

    from rottui.core.config import DataConfig, RunConfig
    from rottui.core.halving import Plan
    from rottui.core.lr_suggestion import Suggestion
    from rottui.core.sweeps import SweepConfig
    from rottui.tui.widgets.form_purpose import Fork, Purpose
    from rottui.tui.widgets.form_schema import Reading

UNDO_DEPTH = 20
"""How often in a row the form can go back to what it said before."""


class ConfigurePane(Vertical, can_focus=True):
    """The form, one line about the network, one about the sweep; Enter queues from anywhere.

    It knows no store: ``Queued`` says what a person wants, and the app writes it.
    """

    scope: ClassVar[str] = "configure"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("configure"),
        Binding("tab", "tab(1)", show=False),
        Binding("shift+tab", "tab(-1)", show=False),
    ]
    DEFAULT_CSS = """
    ConfigurePane {
        height: 1fr;
        padding: 0 1;
        #configure-purpose { height: auto; color: $text-warning; text-style: bold; }
        #configure-help { height: auto; color: $text-muted; }
        #configure-network { height: auto; min-height: 1; color: $foreground; }
        #configure-sweep { height: auto; color: $text-primary; }
        #configure-trouble { height: auto; color: $text-error; text-style: bold; }
        .-silent { display: none; }
    }
    """

    @dataclass
    class Queued(Message):
        """A person wants these runs trained."""

        runs: list[tuple[str, RunConfig]]
        """Name and config of each run, in queue order."""
        sweep: str | None
        """Name of the sweep that they are; None for a single run."""
        spec: Mapping[str, Any] | None = None
        """How the sweep was made, as plain JSON."""
        until: int | None = None
        """The rung that the runs of a halved sweep first wait at, in epochs."""

    @dataclass
    class Edited(Message):
        """A person wants a run that waits to have this name and config."""

        run_id: int
        name: str
        config: RunConfig

    @dataclass
    class Forked(Message):
        """A person wants a run that goes on from a checkpoint with this config."""

        fork: Fork
        name: str
        """Empty where one is to be made."""
        config: RunConfig

    @dataclass
    class RangeWanted(Message):
        """A person wants to know which learning rates fit."""

        config: RunConfig
        """The run, or the base of the sweep; its own rate plays no part."""

    @dataclass
    class DataChosen(Message):
        """Which data does this text mean? The app answers with ``set_data``."""

        text: str

    def __init__(
        self, *, ascii: bool = False, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._ascii = ascii
        self._shown: dict[str, str] = {}
        self._queue_when_known = False
        self._purpose: Purpose | None = None
        """What the form is saved into; None where it queues new runs."""
        self._trouble_about: Reading | None = None
        self._before: list[tuple[Said, Purpose | None]] = []
        """What the form said before it was filled, the last one at the end."""
        self._greets = False
        """Whether the store has no run yet, and the form says how to begin."""

    def compose(self) -> ComposeResult:
        """What the form is for, the form, then what it means."""
        yield Static("", id="configure-purpose", classes="-silent", markup=False)
        yield ConfigForm(ascii=self._ascii, id="configure-form")
        yield Static("", id="configure-sweep", markup=False)
        yield Static("", id="configure-network", markup=False)
        yield Static("", id="configure-help", markup=False)
        yield Static("", id="configure-trouble", classes="-silent", markup=False)

    @property
    def form(self) -> ConfigForm:
        """The form."""
        return self.query_one(ConfigForm)

    @property
    def config(self) -> RunConfig | None:
        """The run that the form describes, or the base of the sweep; None while it is at fault."""
        reading = self.form.reading
        return reading.config if reading.ready and not self.form.waiting else None

    # From the app

    def fill(self, config: RunConfig, name: str = "", purpose: Purpose | None = None) -> None:
        """Put a run's config into the form, as a single run; its data are pinned anew.

        ``purpose`` is what the form is to be saved into, instead of queueing a new run.
        """
        self._keep()
        self._take_purpose(purpose)
        self._complain("", self.form.reading)
        data = config.data.model_copy(update={"fingerprint": None})
        self.form.choose_data(data, data.label)
        from rottui.tui.widgets.form_schema import texts_of

        self.form.fill(texts_of(config, name), sweep=False)

    def greet(self, new: bool) -> None:
        """Say how to begin, if the store has no run yet."""
        if new != self._greets:
            self._greets = new
            self._show_help()

    def queue_example(self, data: DataConfig) -> None:
        """Fill the form with the seed's sweep on these data, and queue it."""
        self._use_preset(form_fields.SWEEP_EXAMPLE)
        self.form.choose_data(data, data.label)
        self.action_queue()

    def _keep(self) -> None:
        """Remember what the form says, before other words take its place."""
        said = self.form.said
        if not self._before or self._before[-1][0] != said:
            self._before = [*self._before[-UNDO_DEPTH:], (said, self._purpose)]

    def stop_editing(self) -> None:
        """From now on the form queues new runs."""
        self._take_purpose(None)

    def _take_purpose(self, purpose: Purpose | None) -> None:
        self._purpose = purpose
        self._write("configure-purpose", "" if purpose is None else purpose.title)
        self._show_help()

    def set_data(self, data: DataConfig | str, label: str = "", *, text: str | None = None) -> None:
        """The answer to ``DataChosen``: a config with a few words about it, or an error's sentence.

        ``text`` is what was asked about, so that an answer that comes too late is dropped. Without
        a question, the data is chosen as if ``text``, or its own name, had been typed.
        """
        if self.form.set_data(data, label, text) and self._queue_when_known:
            self._queue_when_known = False
            self.action_queue()

    def take(self, suggestion: Suggestion) -> str:
        """Put what a range test suggests into the form, and return the text that is there now."""
        from rottui.tui.widgets.config_words import rates_text

        text = rates_text(suggestion, sweep=self.form.sweep)
        field = "lrs" if self.form.sweep else "lr"
        self.form.fill({field: text}, sweep=self.form.sweep)
        return text

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Esc is only taken while there is a field to leave."""
        if action == "leave_field":
            leaves = self._purpose is not None or self.form.focused_field is not None
            return self.is_mounted and leaves
        if action == "undo":
            return True if self._before else None
        return True

    def action_queue(self) -> None:
        """Queue the run or the sweep, or say what is at fault and go there."""
        form = self.form
        reading = form.read()
        if not reading.problems and form.waiting:
            self._queue_when_known = True
            self._complain("one moment: looking for the data", reading)
            return
        if reading.problems:
            name, message = next(iter(reading.problems.items()))
            more = len(reading.problems) - 1
            rest = f" (and {format_count(more, 'more problem')})" if more else ""
            self._complain(f"not queued: {FIELD[name].label} {message}{rest}", reading)
            form.focus_field(name)
            return
        if self._purpose is not None:
            self._save(self._purpose, reading)
            return
        self._complain("", reading)
        name = form.texts["name"].strip()
        if reading.sweep is not None:
            self._queue_sweep(reading.sweep, reading.plan, name)
        elif reading.config is not None:
            config = reading.config
            self.post_message(self.Queued([(name or config.default_name, config)], None))

    def _save(self, purpose: Purpose, reading: Reading) -> None:
        """Save the form into what it is for, or say what is at fault and go there."""
        config = reading.config
        if reading.sweep is not None or config is None:
            self._complain(f"not {purpose.verb}: {purpose.no_sweep}", reading)
            return
        for name, message in purpose.problems(config).items():
            self._complain(f"not {purpose.verb}: {FIELD[name].label} {message}", reading)
            self.form.focus_field(name)
            return
        self._complain("", reading)
        name = self.form.texts["name"].strip()
        from rottui.tui.widgets.form_purpose import Fork

        if isinstance(purpose, Fork):
            self.post_message(self.Forked(purpose, name, purpose.whole(config)))
        else:
            self.post_message(self.Edited(purpose.run_id, name or config.default_name, config))

    def _queue_sweep(self, sweep: SweepConfig, plan: Plan | None, name: str) -> None:
        spec, until = sweep.spec(), None
        if plan is not None:
            spec, until = spec | {"halving": plan.to_dict()}, plan.rungs[0]
        self.post_message(self.Queued(sweep.runs(), name or sweep.label, spec, until))

    def action_range_test(self) -> None:
        """Ask for a range test of what the form describes, or say what is at fault."""
        form = self.form
        reading = form.read()
        problems = {k: v for k, v in reading.problems.items() if k not in SWEPT}
        if problems:
            name, message = next(iter(problems.items()))
            self._complain(f"not tested: {FIELD[name].label} {message}", reading)
            form.focus_field(name)
        elif form.waiting or reading.config is None:
            self._complain("one moment: looking for the data", reading)
        else:
            self._complain("", reading)
            self.post_message(self.RangeWanted(reading.config))

    def action_toggle_sweep(self) -> None:
        """Turn the form into a sweep, with the seed's rates at first, and back."""
        form = self.form
        texts: dict[str, str] = {}
        if not form.sweep and not form.texts["lrs"].strip():
            from rottui.tui.widgets.form_schema import preset_texts

            texts = {"lrs": preset_texts(form_fields.SWEEP_EXAMPLE)[0]["lrs"]}
        form.fill(texts, sweep=not form.sweep)

    def action_next_preset(self) -> None:
        """Fill the form with the next preset."""
        at = PRESETS.index(self.form.texts["preset"])
        self._use_preset(PRESETS[(at + 1) % len(PRESETS)])

    def action_reset(self) -> None:
        """Put every field back to its default; the data stays."""
        self._keep()
        texts = form_fields.default_texts()
        for kept in ("data", "more"):
            del texts[kept]
        self.form.fill(texts, sweep=False)

    def action_undo(self) -> None:
        """Bring back what the form said before it was filled last."""
        while self._before:
            said, purpose = self._before.pop()
            if said != self.form.said:
                self._take_purpose(purpose)
                self.form.say(said)
                return

    def why_not(self, action: str) -> str:
        """Why a greyed key does nothing."""
        del action
        return "nothing has filled the form since it was new"

    def action_next_field(self) -> None:
        """Go to the field below."""
        self.form.move_focus(1)

    def action_previous_field(self) -> None:
        """Go to the field above."""
        self.form.move_focus(-1)

    def action_tab(self, by: int) -> None:
        """Go to the next field or the one before, and from the last one out of the form."""
        if self.form.step(by):
            return
        if by > 0:
            self.screen.focus_next()
        elif self.form.focused_field is not None:
            self.focus()
        else:
            self.screen.focus_previous()

    def action_leave_field(self) -> None:
        """Leave the field, so that single letters are keys again; then what it is for."""
        if self.form.focused_field is None:
            self.stop_editing()
        self.focus()

    def _use_preset(self, preset: str) -> None:
        self._keep()
        from rottui.tui.widgets.form_schema import preset_texts

        texts, sweep = preset_texts(preset)
        self.form.fill({**texts, "preset": preset}, sweep=sweep)

    # What the form says

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in a field queues, too."""
        event.stop()
        self.action_queue()

    @on(ConfigForm.PresetChosen)
    def _preset_chosen(self, event: ConfigForm.PresetChosen) -> None:
        event.stop()
        self._use_preset(event.preset)

    @on(ConfigForm.DataChosen)
    def _ask_for_data(self, event: ConfigForm.DataChosen) -> None:
        event.stop()
        self.post_message(self.DataChosen(event.text))

    @on(ConfigForm.Read)
    def _show_reading(self, event: ConfigForm.Read) -> None:
        event.stop()
        from rottui.tui.widgets.config_words import halving_line, network_line, sweep_line

        reading = event.reading
        # the message may be older than the complaint: what counts is what the form says now
        about, now = self._trouble_about, self.form.read()
        if about is not None and about != now and not about.problems == now.problems != {}:
            self._complain("", reading)
        if reading.shape is None:
            self._write("configure-network", "this network does not fit yet")
        else:
            self._write("configure-network", network_line(reading.shape))
        lines = [] if reading.sweep is None else [sweep_line(reading.sweep)]
        lines += [] if reading.plan is None else [halving_line(reading.plan)]
        self._write("configure-sweep", "\n".join(lines))

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Explain the field that has the focus."""
        self._show_help()

    def on_focus(self) -> None:
        """Explain the pane's own keys."""
        self._show_help()

    def on_mount(self) -> None:
        """Say what the keys do."""
        self._show_help()

    def _show_help(self) -> None:
        spec = self.form.focused_field
        if spec is None:
            preset, sweep = self._letter("next_preset"), self._letter("toggle_sweep")
            if self._purpose is not None:
                self._write("configure-help", self._purpose.keys)
                return
            begin = key_name(first_key(self.app, "app.first"))
            keys = f"{begin} queues a first sweep, on built-in garments\n" if self._greets else ""
            queue = key_of(self.app, "configure.queue", "enter")
            keys += (
                f"{preset} preset · {sweep} sweep · {queue} queues · up, down or Tab: edit a field"
            )
            self._write("configure-help", keys)
        else:
            self._write("configure-help", f"{spec.label}: {spec.help}")

    def _letter(self, name: str) -> str:
        """The single letter of an action, which works while no field has the cursor."""
        action = next(action for action in actions("configure") if action.name == name)
        keys = keys_now(self.app, action).split(",")
        return key_name(next((key for key in keys if len(key) == 1), keys[0]))

    def _complain(self, sentence: str, reading: Reading) -> None:
        self._trouble_about = reading if sentence else None
        self._write("configure-trouble", sentence)

    def _write(self, name: str, text: str) -> None:
        """Write a line below the form, if it has other words than before; hide an empty one."""
        if self._shown.get(name) == text:
            return
        self._shown[name] = text
        line = self.query_one(f"#{name}", Static)
        line.update(to_ascii(text) if self._ascii else text)
        line.set_class(not text, "-silent")
