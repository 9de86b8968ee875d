"""The predictions pane: the images with what was read in them, errors, and words where none are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from runs_made import run_row
from textual import on
from textual.app import App, ComposeResult
from trained import put_trained_run
from waiting import running, until

from rottui.core.config import RunConfig
from rottui.core.data.rotation import turned_back
from rottui.core.predictions import Order, Predictions
from rottui.store.records import NewRun, RunRow
from rottui.store.runs import RunStore
from rottui.tui.app import RottuiApp
from rottui.tui.ramps import Depth
from rottui.tui.widgets.gallery import Arrangement, PairView, arrange, fitting
from rottui.tui.widgets.predictions_pane import PredictionsPane, PredictionsShown

TRUE = (0.0, 10.0, 20.0, 90.0, 180.0, 270.0)
READ = (359.0, 50.0, 20.0, 230.0, 350.0, 200.0)  # errors 1, 40, 0, 140, 170, 70
WORST = [4, 3, 5, 1, 0, 2]


def predictions(*, classes: bool = True, confidence: bool = True) -> Predictions:
    """Six images of a bar, with what was read in them."""
    upright = np.zeros((28, 28), np.uint8)
    upright[4:16, 12:16] = 220
    difference = np.abs(np.subtract(TRUE, READ))
    lengths = np.array([0.9, 0.8, 0.7, 0.95, 0.2, 0.6])
    return Predictions(
        images=np.stack([turned_back(upright, -angle) for angle in TRUE]),
        angles=np.array(READ),
        confidence=lengths if confidence else None,
        ambiguous=lengths < 0.3 if confidence else np.zeros(6, bool),
        true_angles=np.array(TRUE),
        errors=np.minimum(difference, 360 - difference),
        labels=np.array([0, 1, 0, 1, 1, 0], np.uint8) if classes else None,
        class_names=("Bag", "Dress") if classes else (),
    )


class Host(App[None]):
    """The pane, and an app that answers it at once."""

    def __init__(self, found: Predictions, **options: object) -> None:
        super().__init__()
        self.found = found
        self.pane = PredictionsPane(**options)  # type: ignore[arg-type]
        self.requests: list[PredictionsPane.Requested] = []
        self.answering = True
        self.checkpoint = "first"

    def compose(self) -> ComposeResult:
        yield self.pane

    def on_mount(self) -> None:
        self.pane.focus()
        self.pane.look_at(run_row(7, name="bars", done=3))

    @on(PredictionsPane.Requested)
    def answer(self, request: PredictionsPane.Requested) -> None:
        self.requests.append(request)
        if not self.answering:
            return
        if request.known == self.checkpoint:
            self.pane.keep(number=request.number)
            return
        shown = PredictionsShown(
            request.run_id,
            "bars",
            request.split,
            "best",
            3,
            self.checkpoint,
            self.found,
            "six bars",
        )
        self.pane.show(shown, number=request.number)


@pytest.fixture
def host() -> Host:
    return Host(predictions(), depth=Depth.TRUE)


def text(app: App[None]) -> str:
    return "\n".join(strip.text.rstrip() for strip in app.screen._compositor.render_strips())


def words(app: App[None]) -> list[str]:
    """The first word above each pair: the number of its image."""
    return [view.pair.words[0] for view in app.query(PairView) if view.pair is not None]


async def test_the_worst_come_first_with_both_angles_and_the_error(host: Host) -> None:
    async with host.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        shown = text(host)
        assert words(host) == [str(index + 1) for index in WORST[: len(words(host))]]
        for said in (
            "#7 bars",
            "best checkpoint, epoch 3",
            "test: worst first, 1 to",
            "170.0° off",
            "true 180",
            "350° ambiguous",
            "predicted 230",
        ):
            assert said in shown


async def test_beside_each_image_is_the_one_turned_upright_by_what_was_read(host: Host) -> None:
    async with host.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        for view, index in zip(host.query(PairView), WORST, strict=False):
            assert view.pair is not None
            image = host.found.images[index]
            np.testing.assert_array_equal(view.pair.left.pixels, image)
            np.testing.assert_array_equal(view.pair.right.pixels, turned_back(image, READ[index]))


async def test_o_goes_through_the_orders(host: Host) -> None:
    async with host.run_test(size=(80, 24)) as pilot:
        for order, first in (
            (Order.WORST, WORST[0]), (Order.BEST, 2), (Order.GIVEN, 0), (Order.CONFIDENT, 3),
            (Order.WORST, WORST[0]),
        ):  # fmt: skip
            await pilot.pause()
            assert host.pane.order is order
            assert words(host)[0] == str(first + 1)
            assert order.value in text(host)
            await pilot.press("o")


async def test_without_confidence_nothing_is_confidently_wrong() -> None:
    host = Host(predictions(confidence=False))
    async with host.run_test(size=(80, 24)) as pilot:
        await pilot.press("o", "o", "o")
        await pilot.pause()
        assert host.pane.order is Order.WORST
        assert "ambiguous" not in text(host)


async def test_v_shows_errors_by_size_by_angle_and_by_class(host: Host) -> None:
    async with host.run_test(size=(80, 24)) as pilot:
        await pilot.press("v")
        await pilot.pause()
        assert "0-10°" in text(host)
        await pilot.press("v")
        await pilot.pause()
        assert "true angle" in text(host)
        await pilot.press("v")
        await pilot.pause()
        rows = [line.split() for line in text(host).splitlines()]
        dress, bag = (
            next(r for r in rows if r[:1] == ["Dress"]),
            next(r for r in rows if r[:1] == ["Bag"]),
        )
        assert rows.index(dress) < rows.index(bag)
        assert dress[2] == "140.0°"  # median of 40, 140, 170
        await pilot.press("v")
        await pilot.pause()
        assert words(host)


async def test_without_classes_there_is_no_table_of_them() -> None:
    host = Host(predictions(classes=False))
    async with host.run_test(size=(80, 24)) as pilot:
        await pilot.press("v", "v", "v")
        await pilot.pause()
        assert "true 180" in text(host)


async def test_images_and_a_chart_stand_beside_each_other_when_there_is_room(host: Host) -> None:
    async with host.run_test(size=(120, 37)) as pilot:
        await until(pilot, lambda: "true 180" in text(host))
        assert "images" in text(host)
        await pilot.press("v")
        await until(pilot, lambda: "true angle" in text(host))


async def test_pages_go_on_to_the_end_and_back(host: Host) -> None:
    async with host.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        count = len(words(host))
        assert count < 6
        await pilot.press("n", "n", "n", "n")
        await pilot.pause()
        assert words(host)[-1] == str(WORST[-1] + 1)
        await pilot.press("0")
        await pilot.pause()
        assert words(host) == [str(index + 1) for index in WORST[:count]]


async def test_t_asks_for_the_other_split(host: Host) -> None:
    async with host.run_test(size=(80, 24)) as pilot:
        await pilot.press("t")
        await pilot.pause()
        assert [request.split for request in host.requests] == ["test", "train"]
        assert "train: worst first" in text(host)


async def test_r_asks_again_and_says_what_is_on_the_screen(host: Host) -> None:
    async with host.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("r")
        await pilot.pause()
        assert [request.known for request in host.requests] == ["", "first"]
        before = host.pane.shown
        host.checkpoint = "second"
        await pilot.press("r")
        await pilot.pause()
        assert host.pane.shown is not before
        assert host.pane.shown is not None
        assert host.pane.shown.checkpoint == "second"


def further(revision: int) -> RunRow:
    """The run when it has come further: a newer checkpoint may be there."""
    return replace(run_row(7, name="bars", done=3), revision=revision)


async def test_a_newer_checkpoint_is_taken_by_itself(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rottui.tui.widgets.predictions_pane.PAUSE", 0.3)
    async with host.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: host.pane.shown is not None)
        await pilot.press("n")
        host.checkpoint = "second"
        host.pane.look_at(further(901))
        await until(pilot, lambda: host.pane.shown.checkpoint == "second")
        assert [request.known for request in host.requests] == ["", "first"]
        assert "5 to 6 of 6" in text(host)  # the place is kept
        host.pane.look_at(further(901))
        assert host.pane._timer is None  # nothing new, nothing to look for


async def test_a_run_that_goes_on_is_not_asked_for_more_often_than_is_good_for_it(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rottui.tui.widgets.predictions_pane.PAUSE", 600.0)
    async with host.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: host.pane.shown is not None)
        for revision in range(901, 910):
            host.pane.look_at(further(revision))
        await pilot.pause()
        assert len(host.requests) == 1
        await pilot.press("r")  # a person need not wait
        await pilot.pause()
        assert len(host.requests) == 2


async def test_without_a_run_it_says_where_one_comes_from(host: Host) -> None:
    async with host.run_test(size=(80, 24)) as pilot:
        host.pane.look_at(None)
        await pilot.pause()
        assert "There is no run under the queue's cursor." in text(host)
        assert "F2" in text(host)
        assert not host.query_one(PairView).region.area


async def test_an_error_is_said_and_what_to_do(host: Host) -> None:
    host.answering = False
    async with host.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "predicting" in text(host)
        host.pane.show_error("run 7 has no checkpoint yet", number=host.requests[-1].number)
        await pilot.pause()
        assert text(host).startswith("run 7 has no checkpoint yet")
        assert "r looks again" in text(host)


async def test_a_checkpoint_that_takes_the_place_of_a_damaged_one_is_told_of(host: Host) -> None:
    host.answering = False
    async with host.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        shown = PredictionsShown(
            7, "bars", "test", "last", 3, "x", host.found, "six bars", refused="best"
        )
        host.pane.show(shown, number=host.requests[-1].number)
        await pilot.pause()
        assert "last checkpoint, epoch 3 of" in text(host)
        assert "best is damaged" in text(host)


async def test_an_answer_of_the_run_before_is_no_news(host: Host) -> None:
    host.answering = False
    async with host.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        host.pane.look_at(run_row(8, name="others"))
        await pilot.pause()
        first, second = host.requests
        shown = PredictionsShown(7, "bars", "test", "best", 3, "x", host.found, "six bars")
        host.pane.show(shown, number=first.number)
        assert host.pane.shown is None
        host.pane.show(shown, number=second.number)
        assert host.pane.shown is shown


async def test_a_hidden_pane_asks_for_nothing_until_it_is_seen(host: Host) -> None:
    host.pane.display = False
    async with host.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert host.requests == []
        host.pane.display = True
        await until(pilot, lambda: len(host.requests) == 1)


@pytest.mark.parametrize("size", [(60, 14), (80, 20), (120, 20), (200, 60)])
async def test_with_ascii_only_all_of_it_is(size: tuple[int, int]) -> None:
    host = Host(predictions(), ascii=True)
    async with host.run_test(size=size) as pilot:
        for _ in range(4):
            await pilot.pause()
            assert text(host).isascii()
            assert len(text(host).splitlines()) <= size[1]
            await pilot.press("v")


@pytest.mark.parametrize("room", [(80, 20), (78, 36), (60, 12), (160, 50), (10, 4)])
def test_pairs_fit_into_their_room(room: tuple[int, int]) -> None:
    plan = arrange(*room)
    assert plan.count >= 1
    if plan != Arrangement(1, 1, plan.pixels):
        assert plan.across * (plan.width + 2) - 2 <= room[0]
        assert plan.down * plan.height <= room[1]


def test_words_that_do_not_fit_make_way() -> None:
    assert fitting(("12", "170° off", "T-shirt or top", "length 0.9"), 26) == (
        "12",
        "170° off",
        "length 0.9",
    )


async def test_the_app_predicts_for_the_run_under_the_cursor(tmp_path: Path) -> None:
    with RunStore.open(tmp_path / "store") as store:
        trained = put_trained_run(store, tmp_path / "cache", epochs=2)
        config = RunConfig.from_dict(store.run(trained).config)
        (waiting,) = store.add_runs([NewRun("waits", config.to_dict(), 2)])
        app = RottuiApp(store, data="garments", train=False)
        async with running(app, (80, 24)) as pilot:
            await pilot.press("escape", "6")
            pane = app.main.query_one(PredictionsPane)
            await until(pilot, lambda: pane.shown is not None)
            assert app.main.active == "predictions"
            assert pane.shown is not None
            assert (pane.shown.run_id, pane.shown.kind) == (trained, "last")
            row = store.run(trained).last
            assert row is not None
            assert pane.shown.predictions.overall().mae_deg == pytest.approx(
                row.test_circular_mae_deg, rel=1e-4
            )
            await pilot.press("j")
            said = f"run {waiting.id} has no checkpoint yet"
            await until(pilot, lambda: said in text(app))
            assert pane.shown is None
            await pilot.press("k")
            await until(pilot, lambda: pane.shown is not None)
