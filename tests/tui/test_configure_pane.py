"""The form: what its texts mean, errors while typing, sweeps, and what Enter queues."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import Footer, Input, Static

from rottui.core.config import DataConfig, NetworkConfig, RunConfig
from rottui.core.presets import RUN_PRESETS, SEED_CNN, SEED_LRS, SEED_MLP, SWEEP_PRESETS
from rottui.core.sweeps import SweepConfig
from rottui.tui.keymap import actions
from rottui.tui.widgets import form_fields, form_schema
from rottui.tui.widgets.choice import Choice
from rottui.tui.widgets.config_words import network_line, sweep_line
from rottui.tui.widgets.configure_pane import ConfigurePane
from rottui.tui.widgets.form import ConfigForm
from rottui.tui.widgets.form_fields import FIELDS, PRESETS
from rottui.tui.widgets.form_purpose import Edit
from rottui.tui.widgets.form_sheet import LABEL, FormSheet

# Texts and configs


def texts(**changes: str) -> dict[str, str]:
    """The texts of a fresh form, with changes; ``__`` stands for the dot."""
    fresh = form_fields.default_texts()
    named = {name.replace("__", "."): text for name, text in changes.items()}
    assert named.keys() <= fresh.keys()
    return fresh | named


def read(sweep: bool = False, data: DataConfig | None = None, **changes: str) -> Any:
    return form_schema.read(texts(**changes), data or DataConfig(), sweep)


def test_a_fresh_form_is_the_default_config() -> None:
    assert read().config == RunConfig()
    assert read().ready


def test_every_setting_of_a_config_has_a_field_with_its_help() -> None:
    made_elsewhere = {
        "data.source",
        "data.path",
        "data.fingerprint",
        "network",
        "data",
    }
    settings = {*RunConfig.model_fields}
    settings |= {f"network.{name}" for name in NetworkConfig.model_fields}
    settings |= {f"data.{name}" for name in DataConfig.model_fields}
    assert settings - made_elsewhere <= {spec.name for spec in FIELDS}
    assert all(spec.help for spec in FIELDS)


@pytest.mark.parametrize("config", [SEED_MLP, SEED_CNN, RunConfig()])
def test_a_config_comes_back_from_the_texts_that_show_it(config: RunConfig) -> None:
    odd = config.replaced(
        {
            "lr": 3.2e-4,
            "shuffle": True,
            "target": "circular",
            "data.train_size": 200,
            "data.angle_min": -30.5,
            "data.angle_max": 12.25,
            "precision": "float64",
            "loss": "cosine",
            "optimizer": "sgd",
            "momentum": 0.9,
            "weight_decay": 1e-4,
            "schedule": "one-cycle",
            "patience": 7,
            "network.kernel_sizes": [5, 3, 3],
        }
    )
    shown = form_fields.default_texts() | form_schema.texts_of(odd, "mine")
    assert form_schema.read(shown, odd.data, False).config == odd
    assert shown["name"] == "mine"


@pytest.mark.parametrize(
    ("text", "layers"),
    [
        ("16, 32, 45", (16, 32, 45)),
        ("16 32 45", (16, 32, 45)),
        ("16-32-45", (16, 32, 45)),
        ("(16,32,45)", (16, 32, 45)),
        ("[8]", (8,)),
    ],
)
def test_lists_may_be_written_as_people_write_them(text: str, layers: tuple[int, ...]) -> None:
    config = read(network__type="cnn", network__n_channels=text).config
    assert config.network.n_channels == layers
    assert config.network.kernel_sizes == (3,) * len(layers), "one kernel stands for all"


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"lr": "fast"}, "lr", "must be a number, not 'fast'"),
        ({"lr": ""}, "lr", "is missing"),
        ({"lr": "0"}, "lr", "must be above 0, not 0"),
        ({"lr": "nan"}, "lr", "must be a finite number"),
        ({"epochs": "2.5"}, "epochs", "must be a whole number, not 2.5"),
        ({"epochs": "0"}, "epochs", "must be at least 1, not 0"),
        ({"seed": "-1"}, "seed", "must be at least 0, not -1"),
        ({"network__dense_hiddens": "128, x"}, "network.dense_hiddens", "value 2: must be a whole"),
        ({"network__dense_hiddens": "-3"}, "network.dense_hiddens", "value 1: must be at least 1"),
        ({"network__dense_hiddens": ""}, "network.dense_hiddens", "is missing"),
        (
            {"network__type": "cnn", "network__strides": "9"},
            "network.kernel_sizes",
            "convolution 2 has a 3×3 kernel but gets a 1×1 map",
        ),
        (
            {"network__type": "cnn", "network__kernel_sizes": "3, 3"},
            "network.kernel_sizes",
            "2 values for 3 convolutions",
        ),
        ({"data__angle_max": "-5"}, "data.angle_max", "must be above angle_min"),
        ({"data__train_size": "none"}, "data.train_size", "must be a whole number"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    changes: dict[str, str], field: str, words: str
) -> None:
    reading = read(**changes)
    assert not reading.ready
    assert list(reading.problems) == [field]
    assert words in reading.problems[field]


def test_several_problems_are_all_found_in_the_order_of_the_form() -> None:
    reading = read(seed="x", lr="y", network__dense_hiddens="")
    assert list(reading.problems) == ["network.dense_hiddens", "lr", "seed"]


@given(st.dictionaries(st.sampled_from([s.name for s in FIELDS if not s.options]), st.text()))
def test_whatever_is_typed_gives_a_config_or_a_problem_with_a_visible_field(
    typed: dict[str, str],
) -> None:
    for sweep in (False, True):
        filled = form_fields.default_texts() | {"lrs": "1e-3"} | typed
        reading = form_schema.read(filled, DataConfig(), sweep)
        assert reading.ready or reading.problems
        hidden = form_fields.hidden(filled, "garments", sweep)
        assert not reading.problems.keys() & hidden.keys()


def test_a_field_that_means_nothing_is_hidden_and_cannot_be_at_fault() -> None:
    reading = read(network__n_channels="rubbish", network__strides="99")
    assert reading.config.network.type == "mlp"
    assert "network.strides" in form_fields.hidden(texts(), "garments", False)
    assert read(network__type="cnn", network__n_channels="rubbish").problems
    rotated = DataConfig(source="rotated", path="/some.zip")
    assert "data.angle_min" in form_fields.hidden(texts(), "rotated", False)
    assert read(data=rotated, data__angle_max="").config.data.angle_max == 360


def test_the_network_is_known_even_while_another_field_is_at_fault() -> None:
    assert read(lr="fast").shape.parameter_count() == 267_009
    assert read(network__dense_hiddens="0").shape is None


def test_sweeps_of_rates_and_seeds() -> None:
    reading = read(sweep=True, lrs="1e-5..1e-1 x9", seeds="x3", seed="7")
    assert len(reading.sweep) == 27
    assert reading.sweep.seeds == (7, 8, 9)
    assert sweep_line(reading.sweep).startswith(
        "sweep: 9 learning rates × 3 seeds = 27 runs: 1e-5, 3.162e-5, "
    )
    assert sweep_line(read(sweep=True, lrs="1e-3").sweep) == (
        "sweep: 1 learning rate × 1 seed = 1 run: 1e-3"
    )
    many = sweep_line(read(sweep=True, lrs="1e-5..1e-1 x99").sweep)
    assert "… 0.1" in many
    assert len(many) < 120


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"lrs": ""}, "lrs", "give values such as 1e-2"),
        ({"lrs": "1e-2, x"}, "lrs", "'x' is not a number"),
        ({"lrs": "1e-2, 1e6"}, "lrs", "at most 100"),
        ({"lrs": "1e-2", "seeds": "many"}, "seeds", "'many' is no seed"),
        ({"lrs": "1e-5..1e-1 x9999", "seeds": "x9"}, "lrs", "89,991 runs are more than"),
        ({"lrs": "", "vary": "batch_size=32"}, "lrs", "give values such as 1e-2"),
        ({"vary": "32, 64"}, "vary", "'32, 64' is no axis; try batch_size=32, 64"),
        ({"vary": "batch_size=x"}, "vary", "batch_size: 'x' is not a number"),
        ({"vary": "batchsize=32"}, "vary", "try batch_size"),
        ({"vary": "lr=1e-2"}, "lrs", "is varied twice"),
        ({"vary": "momentum=0.9"}, "vary", "momentum: lr 1e-2, momentum 0.9: adam has no"),
        ({"vary": "batch_size=32..256"}, "vary", "batch_size: the range 32..256 needs a count"),
        ({"vary": "random 5"}, "vary", "there are 3 different settings to draw, not 5"),
        ({"vary": "random 0"}, "vary", "must be at least 1, not 0"),
    ],
)
def test_what_is_wrong_with_a_sweep(changes: dict[str, str], field: str, words: str) -> None:
    reading = read(sweep=True, **{"lrs": "1e-2, 1e-3, 1e-4", **changes})
    assert reading.sweep is None
    assert words in reading.problems[field]


def test_a_sweep_is_halved_as_its_field_says() -> None:
    rates = {"sweep": True, "lrs": "1e-5..1e-1 x9", "epochs": "27"}
    assert read(**rates).plan is None
    plan = read(**rates, halving="3").plan
    assert plan is not None
    assert (plan.rungs, plan.sizes) == ((3, 9, 27), (9, 3, 1))
    plan = read(**rates, halving="2, 4").plan
    assert plan is not None
    assert plan.rungs == (4, 8, 16, 27)
    assert read(lr="1e-3", halving="rubbish").ready, "a single run has no such field"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"halving": "1"}, "eta must be at least 2, not 1"),
        ({"halving": "half"}, "give 3 for the best third, or 3, 1"),
        ({"halving": "3, 50"}, "first rung must lie before the last epoch, 50"),
        ({"halving": "3", "epochs": "1"}, "1 epoch has no room for a rung"),
        ({"halving": "3", "lrs": "1e-3"}, "one run has nothing to be compared with"),
    ],
)
def test_what_is_wrong_with_a_halving(changes: dict[str, str], words: str) -> None:
    reading = read(**{"sweep": True, "lrs": "1e-2, 1e-3", **changes})
    assert reading.plan is None
    assert list(reading.problems) == ["halving"]
    assert reading.problems["halving"].startswith(words)


def test_any_other_setting_is_varied_in_the_grid_or_drawn() -> None:
    vary = "batch_size=32..256 x4; activation=relu, tanh"
    reading = read(sweep=True, lrs="1e-2, 1e-3", vary=vary, seeds="x3")
    assert [axis.field for axis in reading.sweep.axes] == ["lr", "batch_size", "network.activation"]
    assert sweep_line(reading.sweep) == (
        "sweep: 2 learning rates × 4 batch_size × 2 activation × 3 seeds = 48 runs: "
        "lr 1e-2, 1e-3 · batch_size 32, 107, 181, 256 · activation relu, tanh"
    )
    drawn = read(sweep=True, lrs="1e-5..1e-1", vary=f"{vary}; random 20").sweep
    assert len(drawn) == 20
    assert sweep_line(drawn).startswith("sweep: 20 random settings × 1 seed = 20 runs: lr 1e-5")
    alone = read(sweep=True, lrs="", vary="lr=1e-2, 1e-3; shuffle=on, off").sweep
    assert alone.lrs == (1e-2, 1e-3)
    assert len(alone) == 4


def test_presets_fill_everything_but_data_and_device() -> None:
    filled, sweep = form_schema.preset_texts("seed-cnn-lr")
    assert sweep
    assert filled["lrs"] == "1e-2, 1e-4, 1e-8"
    assert not {"data", "data.train_size", "device"} & filled.keys()
    made = form_schema.read(texts() | filled, DataConfig(), True).sweep
    assert made is not None
    assert (made.base.replaced({"lr": 1e-3}), made.lrs) == (SEED_CNN, SEED_LRS)


def test_the_network_in_words() -> None:
    assert network_line(SEED_CNN) == (
        "110,222 parameters · conv1 26×26×16 → pool1 13×13×16 → conv2 11×11×32 → pool2 5×5×32"
        " → conv3 3×3×45 → pool to 4×4×45 → dense 128 → 1 out"
    )
    assert network_line(SEED_MLP) == (
        "117,121 parameters · 784 pixels → dense 128 → dense 128 → 1 out"
    )
    deep = RunConfig(network=NetworkConfig(dense_hiddens=(8,) * 16))
    assert " → … → " in network_line(deep)


# The pane


class Host(App[None]):
    def __init__(self, **options: Any) -> None:
        super().__init__()
        self.options = options
        self.queued: list[ConfigurePane.Queued] = []
        self.asked: list[str] = []
        self.leaked: list[str] = []

    def compose(self) -> ComposeResult:
        yield ConfigurePane(**self.options)
        yield Footer()

    def on_mount(self) -> None:
        self.pane.focus()

    @property
    def pane(self) -> ConfigurePane:
        return self.query_one(ConfigurePane)

    @property
    def form(self) -> ConfigForm:
        return self.query_one(ConfigForm)

    @property
    def field(self) -> str | None:
        spec = self.form.focused_field
        return None if spec is None else spec.name

    def line(self, name: str) -> str:
        line = self.query_one(f"#configure-{name}", Static)
        return str(line.content) if line.display else ""

    def on_configure_pane_queued(self, event: ConfigurePane.Queued) -> None:
        self.queued.append(event)

    def on_configure_pane_data_chosen(self, event: ConfigurePane.DataChosen) -> None:
        self.asked.append(event.text)


def screen_text(app: Host) -> str:
    return "\n".join(
        "".join(segment.text for segment in line) for line in app.screen._compositor.render_strips()
    )


async def click(app: Host, pilot: Pilot[None], field: str, column: int) -> None:
    """Click so many columns into a field's value."""
    await pilot.pause()
    sheet = app.query_one(FormSheet)
    y = sheet.region_of(app.form.row(field)).y
    await pilot.click(sheet, offset=(LABEL + column, y))
    await pilot.pause()


async def test_the_seeds_sweep_is_four_keys_away() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f7", "f7", "f7", "enter")
        (queued,) = app.queued
        assert queued.sweep == "mlp 128-128 · lr 1e-2, 1e-4, 1e-8"
        assert [config for _, config in queued.runs] == [
            SEED_MLP.replaced({"lr": lr}) for lr in SEED_LRS
        ]
        assert queued.runs[0][0] == "mlp 128-128 lr 1e-2"


@pytest.mark.parametrize("key", ["enter", "f9", "ctrl+j"])
async def test_keys_queue_a_single_run_from_the_pane(key: str) -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(key)
        (queued,) = app.queued
        assert queued.runs == [("mlp 256-256 lr 1e-3", RunConfig())]
        assert queued.sweep is None


@pytest.mark.parametrize("field", ["name", "network.type", "lr", "target", "seed"])
@pytest.mark.parametrize("key", ["enter", "f9"])
async def test_enter_queues_from_any_field(field: str, key: str) -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.form.focus_field(field)
        await pilot.pause()
        await pilot.press(key)
        assert len(app.queued) == 1


async def test_what_is_typed_is_queued_with_the_name() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("down", "down", *"wide", "down", "down", "c", "tab", *"4,8")
        assert app.field == "network.n_channels"
        await pilot.press("enter")
        ((name, config),) = app.queued[0].runs
        assert name == "wide"
        assert config.network.type == "cnn"
        assert config.network.n_channels == (4, 8)
        assert app.queued[0].sweep is None


async def test_problems_show_while_typing_and_nothing_blocks_it() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.form.focus_field("lr")
        row = app.form.row("lr")
        await pilot.press(*"1e")
        assert row.text == "1e"
        assert row.note == "must be a number, not '1e'"
        assert row.problem
        assert row.shown_note == "✗ must be a number, not '1e'"
        assert "✗ must be a number, not '1e'" in screen_text(app)
        assert "267,009 parameters" in app.line("network"), "the rest goes on being read"
        await pilot.press(*"-3")
        assert row.note == ""
        assert not row.problem


async def test_a_faulty_form_is_not_queued_and_goes_to_the_first_bad_field() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.form.fill({"lr": "x", "data.train_size": "y"}, sweep=False)
        await pilot.press("enter")
        assert app.queued == []
        assert app.field == "lr"
        trouble = app.line("trouble")
        assert trouble == "not queued: learning rate must be a number, not 'x' (and 1 more problem)"
        await pilot.press(*"1e-3")
        assert app.line("trouble") == "", "the complaint goes with its reason"
        await pilot.press("enter")
        assert app.field == "data.train_size", "a field under the fold is unfolded"
        assert app.form.row("data.train_size").display
        await pilot.press("backspace", "enter")
        assert len(app.queued) == 1


async def test_a_field_under_the_fold_stays_while_it_is_being_mended() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.form.fill({"data.seed": "y"}, sweep=False)
        await pilot.pause()
        assert app.form.row("data.seed").display, "a problem is never out of sight"
        app.form.focus_field("data.seed")
        await pilot.press("7")
        assert app.form.row("data.seed").note == ""
        assert app.field == "data.seed"


async def test_convolutions_are_hidden_from_an_mlp_and_more_unfolds() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "network.strides" not in app.form.visible_fields
        assert "device" not in app.form.visible_fields
        app.form.focus_field("network.type")
        await pilot.press("right")
        assert "network.strides" in app.form.visible_fields
        assert "conv1 26×26×16" in app.line("network")
        app.form.focus_field("more")
        await pilot.press("space")
        assert {"device", "data.angle_min"} <= {*app.form.visible_fields}
        app.pane.set_data(DataConfig(source="rotated", path="/x.zip"), "rotated (x.zip)")
        assert "data.angle_min" not in app.form.visible_fields


async def test_everything_is_unfolded_where_there_is_room_and_fits() -> None:
    app = Host()
    async with app.run_test(size=(46, 40)) as pilot:
        await pilot.press("f7", "f7", "f7", "f7")
        but = {"lr", "loss", "momentum"}
        assert {*app.form.visible_fields} == {spec.name for spec in FIELDS} - but
        assert not app.form.show_vertical_scrollbar


async def test_the_essential_form_of_a_cnn_sweep_fits_80_by_24() -> None:
    app = Host()
    async with app.run_test(size=(80, 23)) as pilot:
        await pilot.press("f7", "f7", "f7", "f7")
        assert not app.form.show_vertical_scrollbar
        assert app.line("sweep").startswith("sweep: 3 learning rates × 1 seed = 3 runs")


@pytest.mark.parametrize("key", ["f8", "s"])
async def test_a_key_turns_the_form_into_a_sweep_and_back(key: str) -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(key)
        assert {"lrs", "seeds"} <= {*app.form.visible_fields}
        assert "lr" not in app.form.visible_fields
        assert app.line("sweep") == "sweep: 3 learning rates × 1 seed = 3 runs: 1e-2, 1e-4, 1e-8"
        app.form.focus_field("lrs")
        await pilot.press(*"1e-5..1e-1 x9", "down", *"x3")
        assert "9 learning rates × 3 seeds = 27 runs" in app.line("sweep")
        await pilot.press("enter")
        assert len(app.queued[0].runs) == 27
        await pilot.press("escape", key)
        assert app.line("sweep") == ""
        assert "lr" in app.form.visible_fields
        await pilot.press(key)
        assert app.form.texts["lrs"] == "1e-5..1e-1 x9", "what was typed is kept"


async def test_a_halved_sweep_says_what_it_costs_and_is_queued_with_its_rungs() -> None:
    app = Host()
    async with app.run_test(size=(100, 24)) as pilot:
        await pilot.press("s")
        app.form.focus_field("halving")
        await pilot.press("3")
        await pilot.pause()
        assert "3 runs to epoch 16, 1 to 50; 82 of 150 epochs" in app.line("sweep")
        await pilot.press("enter")
        (queued,) = app.queued
        assert queued.until == 16
        assert queued.spec is not None
        assert queued.spec["halving"] == {"rungs": [16, 50], "sizes": [3, 1]}
        assert [axis["field"] for axis in queued.spec["axes"]] == ["lr"]
        await pilot.press("backspace", "enter")
        assert (app.queued[1].until, "halving" in app.queued[1].spec) == (None, False)


async def test_the_focus_stays_in_the_form_when_its_field_goes_away() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.form.focus_field("lr")
        await pilot.press("f8")
        await pilot.pause()
        assert app.field == "lrs"
        await pilot.press("f8")
        await pilot.pause()
        assert app.field == "lr"
        await pilot.press("f7", "f7")
        app.form.focus_field("network.strides")
        await pilot.press("f7")
        await pilot.pause()
        assert app.field == "network.type"


async def test_another_setting_is_varied_by_its_field_and_the_spec_goes_along() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("s")
        app.form.focus_field("vary")
        await pilot.press(*"batch_size=32, x")
        assert "batch_size: 'x' is not a number" in app.form.row("vary").note
        await pilot.press("enter")
        assert not app.queued
        assert app.field == "vary"
        await pilot.press("backspace", *"64")
        assert app.form.row("vary").note == ""
        assert "3 learning rates × 2 batch_size × 1 seed = 6 runs" in app.line("sweep")
        await pilot.press("enter")
        (queued,) = app.queued
        assert [config.batch_size for _, config in queued.runs] == [32, 64] * 3
        assert queued.spec is not None
        assert SweepConfig.from_spec(queued.spec).runs() == queued.runs


async def test_a_sweep_takes_the_name_field_as_its_own_name() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("s", "down", "down", *"mine", "enter")
        assert app.queued[0].sweep == "mine"
        assert app.queued[0].runs[0][0] == "mlp 256-256 lr 1e-2"


async def test_fields_are_reached_by_arrows_tab_and_letters_and_left_by_escape() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("down")
        assert app.field == "preset"
        await pilot.press("j")
        assert app.field == "name"
        await pilot.press("down", "tab")
        assert app.field == "network.type"
        await pilot.press("shift+tab", "up")
        assert app.field == "name"
        await pilot.press("s", "p", "q")
        assert app.form.texts["name"] == "spq", "letters are text in a text field"
        assert not app.form.sweep
        await pilot.press("escape")
        assert app.focused is app.pane
        await pilot.press("s")
        assert app.form.sweep
        await pilot.press("up")
        assert app.field == "more", "from below, the last field"
        await pilot.press("down")
        assert app.field == "more"


async def test_the_focused_field_is_explained() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "p preset · s sweep" in app.line("help")
        app.form.focus_field("target")
        await pilot.pause()
        assert app.line("help").startswith("target: scalar: the angle standardised")


async def test_presets_by_key_and_by_chooser_and_reset() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("p")
        assert app.form.texts["preset"] == "seed-mlp"
        assert app.pane.config == SEED_MLP
        await pilot.press("down", "right")
        await pilot.pause()
        assert app.form.texts["preset"] == "seed-cnn"
        assert app.pane.config == SEED_CNN
        assert app.form.row("preset").note == ""
        app.form.focus_field("epochs")
        await pilot.press(*"5")
        assert app.form.row("preset").note == "edited since"
        await pilot.press("f10")
        assert app.pane.config == RunConfig()
        assert app.form.texts["preset"] == "default"
        await pilot.press(*["f7"] * len(PRESETS))
        assert app.form.texts["preset"] == "default"


async def test_what_filled_the_form_can_be_undone() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        app.form.focus_field("epochs")
        await pilot.press("7", "f7", "f10")
        app.pane.fill(SEED_CNN.replaced({"data.source": "rotated", "data.path": "/d"}), "", Edit(3))
        await pilot.press("escape")
        assert app.form.texts["data"] == "/d"
        for preset, purpose in (("default", ""), ("seed-mlp", ""), ("default", "")):
            await pilot.press("u")
            assert app.form.texts["preset"] == preset
            assert app.line("purpose") == purpose
        assert app.form.texts["data"] == "garments"
        assert "7" in app.form.texts["epochs"], "what was typed is there again"
        assert app.form.texts["epochs"] != "50"
        await pilot.press("u")
        assert app.pane.why_not("undo") == "nothing has filled the form since it was new"
        assert app.pane.check_action("undo", ()) is None


async def test_a_form_over_an_empty_store_says_how_to_begin_and_queues_the_example() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        assert "Ctrl+G" not in app.line("help")
        app.pane.greet(True)
        assert app.line("help").startswith("Ctrl+G queues a first sweep")
        app.pane.queue_example(DataConfig(source="garments"))
        await pilot.pause()
        (queued,) = app.queued
        assert [config.lr for _, config in queued.runs] == list(SEED_LRS)
        assert {config.data.source for _, config in queued.runs} == {"garments"}


async def test_the_app_is_asked_about_the_data_and_its_answer_is_used() -> None:
    app = Host()
    found = DataConfig(source="fashion-mnist", path="/data/fashion")
    async with app.run_test(size=(80, 24)) as pilot:
        app.form.focus_field("data")
        await pilot.press(*"/x")
        assert app.asked == ["/", "/x"]
        app.pane.set_data("there is nothing at /", text="/")
        assert app.form.row("data").note == "looking…", "an answer to an older question is dropped"
        app.pane.set_data("there is nothing at /x", text="/x")
        await pilot.pause()
        assert app.form.row("data").note == "there is nothing at /x"
        await pilot.press("enter")
        assert app.queued == []
        assert "not queued: data there is nothing at /x" in app.line("trouble")
        await pilot.press("y", "enter")
        assert app.queued == []
        assert "one moment" in app.line("trouble")
        app.pane.set_data(found, "fashion-mnist", text="/xy")
        await pilot.pause()
        assert [config.data for _, config in app.queued[0].runs] == [found]
        assert app.line("trouble") == ""


async def test_the_app_may_choose_the_data_unasked() -> None:
    app = Host()
    found = DataConfig(source="fashion-mnist", path="/data/fashion")
    async with app.run_test(size=(80, 24)) as pilot:
        app.pane.set_data(found, "fashion-mnist (fashion)")
        await pilot.pause()
        assert app.form.texts["data"] == "/data/fashion"
        assert app.form.row("data").note == "fashion-mnist (fashion)"
        assert app.asked == []
        app.pane.set_data("there is no file /nowhere.zip", text="/nowhere.zip")
        await pilot.pause()
        assert app.form.texts["data"] == "/nowhere.zip"
        assert app.pane.config is None
        app.pane.set_data(found, "known", text="fashion-mnist")
        await pilot.press("f7")
        assert app.form.texts["data"] == "fashion-mnist", "a preset leaves the data alone"
        assert app.pane.config is not None
        assert app.pane.config.data == found


async def test_filling_the_form_with_a_run_outdates_a_pending_question() -> None:
    app = Host()
    data = DataConfig(source="rotated", path="/a.zip", train_size=64, fingerprint="abc")
    config = SEED_CNN.model_copy(update={"data": data, "lr": 3e-4})
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("s")
        app.form.focus_field("data")
        await pilot.press("x")
        app.pane.fill(config, "copy")
        app.pane.set_data("there is no x", text="x")
        await pilot.pause()
        assert not app.form.sweep
        assert app.form.texts["name"] == "copy"
        assert app.form.texts["data"] == "/a.zip"
        unpinned = data.model_copy(update={"fingerprint": None})
        assert app.pane.config == config.model_copy(update={"data": unpinned})
        await pilot.press("f9")
        assert app.queued[0].runs[0][0] == "copy"


async def test_choosers_are_clickable() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await click(app, pilot, "network.type", 6)
        assert app.form.texts["network.type"] == "cnn"
        await click(app, pilot, "network.type", 0)
        assert app.form.texts["network.type"] == "mlp"
        assert isinstance(app.focused, Choice)


async def test_every_key_of_the_form_has_its_action() -> None:
    for action in actions("configure"):
        assert callable(getattr(ConfigurePane, f"action_{action.name}")), action.id


async def test_cursors_do_not_blink() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)):
        assert not any(field.cursor_blink for field in app.query(Input))


async def test_without_colour_and_in_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = Host(ascii=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f7", "f7", "s")
        app.form.focus_field("network.kernel_sizes")
        await pilot.press("9")
        note = app.form.row("network.kernel_sizes").shown_note
        assert note.startswith("! convolution")
        assert note.isascii()
        await pilot.press("backspace", "3")
        assert app.line("network").isascii()
        assert app.line("sweep").isascii()


def test_the_form_imports_neither_torch_nor_pydantic_nor_the_store() -> None:
    code = (
        "import sys, rottui.tui.widgets.configure_pane\n"
        "print([m for m in ('torch', 'numpy', 'pydantic', 'sqlite3', 'plotext')"
        " if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ}
    )
    assert done.stdout.strip() == "[]", "the first frame does without them"


def test_settings_as_plain_data_are_those_of_the_config() -> None:
    shown = dict(form_schema.texts_of(RunConfig()))
    fresh = form_fields.default_texts()
    assert {name: fresh[name] for name in shown} == shown
    assert ("default", *RUN_PRESETS, *SWEEP_PRESETS) == PRESETS


async def test_the_form_is_one_widget_and_an_editor_for_each_field_that_was_entered() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        assert [*app.form.walk_children()] == [app.query_one(FormSheet)]
        await pilot.press("down", "down", "up", "down")
        assert len(app.query_one(FormSheet).children) == 2


async def test_a_value_too_long_for_its_field_is_marked_where_it_is_cut() -> None:
    app = Host()
    async with app.run_test(size=(46, 30)) as pilot:
        app.form.fill({"name": "x" * 60}, sweep=False)
        await pilot.pause()
        assert "xxx…" in screen_text(app)


async def test_tab_goes_through_the_fields_and_out_of_the_form() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("up", "tab")
        assert app.focused is app.pane, "nothing else can have the focus here"
        await pilot.press("tab", "shift+tab")
        assert app.focused is app.pane
