"""The details of a run: every part says what it should, at any width; the keys go through them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.cells import cell_len
from runs_made import epoch_row, run_row
from textual.app import App, ComposeResult
from textual.message import Message

from rottui.core.presets import SEED_CNN, SEED_MLP
from rottui.store.records import Checkpoint, EventRow, HeldBack, Hold, Missing, RunRow, SweepRow
from rottui.store.states import State
from rottui.tui.charts.cells import Row, columns, plain
from rottui.tui.details import RunDetails
from rottui.tui.snapshot import Snapshot
from rottui.tui.widgets.config_words import departures
from rottui.tui.widgets.details_pane import DetailsPane
from rottui.tui.widgets.details_rows import EVENTS, Subject, View, sections
from rottui.tui.widgets.facts import Section, laid_out
from rottui.tui.widgets.lines import Lines

RUN = run_row(
    7,
    State.RUNNING,
    config=SEED_CNN.replaced({"lr": 1e-4}),
    done=12,
    last=epoch_row(12, 0.25),
    seconds=1.57,
    sweep_id=1,
    parent_id=3,
    parent_epoch=4,
    needs=(2,),
    started_at=60.0,
    baseline={"mean": {"test_loss": 1.0123}},
    versions={"torch": "2.15.0"},
    tags=("best", "paper"),
    notes="the one\nto keep",
)
DETAILS = RunDetails(
    7,
    events=(
        EventRow(7, 60.0, "claimed", "by worker a"),
        EventRow(7, 90.0, "lr scaled", "×0.5: 0.0002 → 0.0001", 3.25),
    ),
    checkpoints=(Checkpoint(7, "best", 11, 1727, "7.pt", 512 * 1024, "0" * 64),),
    needed_by=(9,),
)
SUBJECT = Subject(RUN, DETAILS, SweepRow(1, "rates", 0.0, (7, 8)), forks=(10, 11))


def texts(rows: tuple[Row, ...] | list[Row]) -> list[str]:
    return [plain(row).rstrip() for row in rows]


def part(title: str, subject: Subject = SUBJECT, width: int = 80, **view: bool) -> list[str]:
    found = [one for one in sections(subject, View(width, **view)) if one.title == title]
    return texts(found[0].rows) if found else []


def test_what_differs_from_the_defaults_comes_first_and_the_rest_on_demand() -> None:
    found = departures(RUN.config)
    changed = {one.path: (one.value, one.default) for one in found if one.departs}
    assert changed["lr"] == ("1e-4", "1e-3")
    assert changed["network.type"] == ("cnn", "mlp")
    assert changed["network.dense_hiddens"] == ("128", "256-256")
    shown = part("Config")
    assert shown[: len(changed)] == [line for line in shown if "(" in line]
    assert "batch_size" not in " ".join(shown)
    everything = part("Config", every_setting=True)
    assert everything[: len(changed)] == shown[: len(changed)]
    assert len(everything) == len(found) + 1
    assert any(line.split() == ["batch_size", "128"] for line in everything)


def test_an_mlp_has_no_convolutions_and_a_foreign_config_is_shown_as_it_is() -> None:
    paths = [one.path for one in departures(SEED_MLP.to_dict())]
    assert "network.dense_hiddens" in paths
    assert "network.strides" not in paths
    (odd,) = departures({"colour": "green\nred"})
    assert (odd.value, odd.departs) == ("green red", True)
    damaged = Subject(replace(RUN, config={"lr": -1}))
    assert "must be above 0" in " ".join(part("Layers", damaged))


def test_the_layers_have_shapes_parameters_and_flops() -> None:
    lines = part("Layers")
    assert lines[0].split() == ["puts", "out", "parameters", "FLOPs"]
    assert lines[1].split() == ["conv1", "3×3", "16×26×26", "160", "195", "k"]
    assert "pool1" in lines[2]
    assert lines[-2].split()[:2] == ["all", "110,222"] or lines[-2].startswith("all")
    assert "4.99 M with the way back" in lines[-1]


def test_numbers_of_best_and_last_epoch_stand_side_by_side() -> None:
    run = replace(RUN, best=epoch_row(11, 0.2))
    lines = part("Metrics", Subject(run))
    assert lines[0].split() == ["best", "last"]
    assert lines[1].split() == ["after", "epoch", "11", "12"]
    assert [line.split()[-2:] for line in lines if line.startswith("test loss")] == [
        ["0.22", "0.275"]
    ]
    assert lines[-1].split() == ["mean:", "test", "loss", "1.012"]
    diverged = replace(run, last=epoch_row(12, float("nan")))
    assert any(line.endswith("nan") for line in part("Metrics", Subject(diverged)))


def test_lineage_times_checkpoints_versions_and_events() -> None:
    ties = part("Lineage")
    assert ties == [
        "sweep        rates (2 runs)",
        "forked from  run 3 at epoch 4",
        "forks        runs 10, 11",
        "after        run 2",
        "needed by    run 9",
    ]
    times = part("Times")
    assert "an epoch takes  1.57 s  100 steps/s" in times
    assert "left            1m 00s of training" in times
    assert part("Checkpoints")[1].split() == ["best", "11", "1,727", "512"]
    assert part("Versions") == ["torch  2.15.0"]
    events = part("Events")
    assert events[1].endswith("lr scaled at epoch 3.25: ×0.5: 0.0002 → 0.0001")
    assert events[2].endswith("claimed: by worker a")


def test_of_many_events_the_newest_are_shown_and_the_others_counted() -> None:
    many = tuple(EventRow(7, 60.0 + at, "saved", str(at)) for at in range(EVENTS + 5))
    lines = part("Events", Subject(RUN, replace(DETAILS, events=many)))
    assert lines[1].endswith(f"saved: {EVENTS + 4}")
    assert lines[-1] == "5 older"


def test_what_went_wrong_and_why_it_waits_stand_at_the_top() -> None:
    assert {"#best #paper", "the one to keep"} <= set(texts(sections(SUBJECT, View(80))[0].rows))
    failed = replace(RUN, state=State.FAILED, error="the loss became nan\nin epoch 13")
    head = sections(Subject(failed), View(40))[0]
    assert head.title.startswith("#7 ")
    assert "✗ the loss became nan in epoch 13" in texts(head.rows)
    assert "run-failed" in {span.style for row in head.rows for span in row}


@pytest.mark.parametrize("ascii", [False, True])
@pytest.mark.parametrize("width", [20, 24, 45, 60, 118])
def test_no_row_is_wider_than_the_pane_and_ascii_is_ascii(width: int, ascii: bool) -> None:
    hostile = replace(RUN, name="衣服の" * 40, error="x" * 3000, reason="[bold]no[/]")
    view = View(width, ascii, every_setting=True)
    parts = sections(Subject(hostile, DETAILS, forks=(8,) * 90), view)
    rows, begins = laid_out(parts, width, ascii=ascii)
    assert len(begins) == 9
    assert max(map(columns, rows)) <= width
    if ascii:
        assert all(plain(row).isascii() for row in rows)
    assert "[bold]" in " ".join(texts(rows))


def test_a_cut_is_marked() -> None:
    rows, _ = laid_out([Section("t" * 30, ())], 10)
    assert texts(rows) == ["t" * 9 + "…"]
    narrow = part("Layers", width=20)
    assert all(cell_len(line) <= 20 for line in narrow)
    assert narrow[1].endswith("…")


class Host(App[None]):
    def __init__(self, *runs: RunRow) -> None:
        super().__init__()
        self.runs = runs
        self.said: list[Message] = []

    def compose(self) -> ComposeResult:
        yield DetailsPane()

    def on_mount(self) -> None:
        self.pane.focus()

    @property
    def pane(self) -> DetailsPane:
        return self.query_one(DetailsPane)

    @property
    def shown(self) -> list[str]:
        return texts(self.pane.query_one(Lines).rows)

    def show(self, run: RunRow | None, **more: object) -> None:
        self.pane.show(Snapshot(self.runs, **more), run)  # type: ignore[arg-type]

    def on_details_pane_requested(self, event: DetailsPane.Requested) -> None:
        self.said.append(event)

    def on_details_pane_stepped(self, event: DetailsPane.Stepped) -> None:
        self.said.append(event)

    def on_details_pane_left(self, event: DetailsPane.Left) -> None:
        self.said.append(event)


async def test_it_asks_once_a_revision_and_shows_what_comes() -> None:
    app = Host(RUN)
    async with app.run_test(size=(60, 20)) as pilot:
        assert "no run under" in app.shown[0]
        app.show(RUN)
        app.show(RUN)
        await pilot.pause()
        assert app.said == [DetailsPane.Requested(7)]
        newer = replace(RUN, revision=2)
        app.show(newer)  # while the first answer is under way
        app.pane.take(DETAILS)
        await pilot.pause()
        assert app.said == [DetailsPane.Requested(7)] * 2
        assert any("claimed" in line for line in app.shown)
        app.pane.take(DETAILS)
        app.show(newer)
        await pilot.pause()
        assert len(app.said) == 2  # what is known of this revision needs no second look
        app.pane.take(replace(DETAILS, run_id=8, events=()))
        assert any("claimed" in line for line in app.shown)
        app.pane.fail(7, "the store is locked")
        assert any("the store is locked" in line for line in app.shown)


async def test_keys_scroll_go_from_part_to_part_and_to_other_runs() -> None:
    app = Host(RUN)
    async with app.run_test(size=(60, 12)) as pilot:
        app.show(RUN)
        app.pane.take(DETAILS)
        await pilot.pause()
        await pilot.press("j", "down")
        assert app.pane.scroll_y == 2
        await pilot.press("g", "n")
        assert app.shown[round(app.pane.scroll_y)] == "Metrics"
        await pilot.press("n")
        assert app.shown[round(app.pane.scroll_y)].startswith("Config")
        await pilot.press("N")
        assert app.shown[round(app.pane.scroll_y)] == "Metrics"
        count = len(app.shown)
        await pilot.press("a")
        assert len(app.shown) > count
        await pilot.press("G")
        await pilot.pause()
        assert app.pane.scroll_y == app.pane.max_scroll_y > 0
        app.said.clear()
        await pilot.press("l", "left", "i")
        assert app.said[:2] == [DetailsPane.Stepped(1), DetailsPane.Stepped(-1)]
        assert isinstance(app.said[2], DetailsPane.Left)


async def test_why_a_run_is_held_back_is_told() -> None:
    queued = run_row(4)
    app = Host(queued)
    async with app.run_test(size=(60, 12)) as pilot:
        held = HeldBack(Hold.NEEDS, (Missing(2, State.RUNNING),))
        app.show(queued, held={4: held})
        await pilot.pause()
        assert "waits for run 2" in app.shown
