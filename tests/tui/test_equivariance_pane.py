"""The equivariance pane: four maps, the keys that change them, and words where there are none."""

from __future__ import annotations

import numpy as np
import pytest
from textual import on
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import Input

from rottui.core.data.dataset import Dataset
from rottui.core.equivariance import SeedMaps, seed_maps
from rottui.tui.equivariance_view import PROMPT, View, ViewError, view_from
from rottui.tui.ramps import Depth
from rottui.tui.widgets.ask_line import AskLine
from rottui.tui.widgets.equivariance_pane import EquivariancePane
from rottui.tui.widgets.equivariance_panels import Panels, lay_out
from rottui.tui.widgets.image import ImageView

LIVING, DEAD = 0, 2
"""Seeds of weights that let something through the ReLUs, and nothing."""


class Host(App[None]):
    """The pane, and an app that answers it at once from a tiny data set."""

    def __init__(self, dataset: Dataset, **options: object) -> None:
        super().__init__()
        self.dataset = dataset
        self.pane = EquivariancePane(**options)  # type: ignore[arg-type]
        self.requests: list[EquivariancePane.Requested] = []
        self.answering = True

    def compose(self) -> ComposeResult:
        yield self.pane

    def on_mount(self) -> None:
        self.pane.focus()

    @on(EquivariancePane.Requested)
    def answer(self, request: EquivariancePane.Requested) -> None:
        self.requests.append(request)
        if self.answering:
            self.answer_to(request)

    def maps(self, request: EquivariancePane.Requested) -> SeedMaps:
        split = self.dataset.train if request.split == "train" else self.dataset.test
        return seed_maps(
            split.images[request.index, 0],
            shift=request.shift,
            angle=request.angle,
            weights_seed=request.weights_seed,
        )

    def answer_to(self, request: EquivariancePane.Requested) -> None:
        split = self.dataset.train if request.split == "train" else self.dataset.test
        self.pane.show(
            self.maps(request), request.index, float(split.angles[request.index]), "bars",
            split=request.split, total=len(split), number=request.number,
        )  # fmt: skip


@pytest.fixture
def host(tiny_dataset: Dataset) -> Host:
    return Host(tiny_dataset, depth=Depth.TRUE)


def text(app: App[None]) -> str:
    return "\n".join(strip.text.rstrip() for strip in app.screen._compositor.render_strips())


async def typed(pilot: Pilot[None], words: str) -> None:
    """Press ``g``, type, press Enter."""
    await pilot.press("g")
    await pilot.pause()
    pilot.app.query_one(Input).value = words
    await pilot.press("enter")
    await pilot.pause()


async def test_it_begins_with_the_panels_of_the_experiment(host: Host) -> None:
    async with host.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        [request] = host.requests
        assert (request.split, request.index, request.shift, request.angle) == (
            "train", 0, (5, 5), 90.0,
        )  # fmt: skip
        maps = host.maps(request)
        shown = text(host)
        for words in (
            "train image 1 of 60",
            f"true angle {host.dataset.train.angles[0]:g}°",
            "shift 5 right, 5 down",
            "turn 90° clockwise",
            "exact, pixels only permuted",
            "(1) image x",
            "(2) features f(x)",
            "(3) shift error",
            "(4) rotation error",
            f"exact 0: {100 * maps.shift_numbers.zero_share:.1f} %",
            f"exact 0: {100 * maps.rotation_numbers.zero_share:.1f} %",
            "dark 0",
        ):
            assert words in shown
        assert "…" not in shown


async def test_the_pixels_are_those_of_the_maps(host: Host) -> None:
    async with host.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        maps = host.maps(host.requests[0])
        arrays = (maps.image, maps.features, maps.shift_error, maps.rotation_error)
        for view, array in zip(host.query(ImageView), arrays, strict=True):
            assert view.image is not None
            np.testing.assert_array_equal(np.float32(view.image.pixels), array)


async def test_keys_shift_turn_and_go_through_images_and_weights(host: Host) -> None:
    async with host.run_test(size=(80, 24)) as pilot:
        await pilot.press("left", "up", "up", "right_square_bracket", "n", "w")
        await pilot.pause()
        assert host.pane.view == View("train", 1, (4, 3), 95.0, 1)
        last = host.requests[-1]
        assert (last.index, last.shift, last.angle, last.weights_seed) == (1, (4, 3), 95.0, 1)
        assert "nearest pixel, 0 from outside" in text(host)

        await pilot.press("N", "N", "left_square_bracket", "r")
        assert host.pane.view.index == 59
        assert host.pane.view.angle == 180.0

        await pilot.press("0")
        assert host.pane.view == View()


async def test_what_is_typed_is_shown(host: Host) -> None:
    async with host.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await typed(pilot, "image 12, shift 3 -2, angle 37")
        assert host.pane.view == View("train", 11, (3, -2), 37.0, 0)
        assert "train image 12 of 60" in text(host)
        assert host.focused is host.pane
        assert not host.query_one(AskLine).asking


async def test_a_bad_wish_stays_to_be_mended_with_the_reason_above_it(host: Host) -> None:
    async with host.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        await typed(pilot, "image 61")
        *_, reason, field = text(host).split("\n")
        assert reason == "✗ no image 61: there are 1 to 60"
        assert field == "image 61"
        assert host.query_one(Input).value == "image 61"
        assert host.focused is host.query_one(Input)

        await pilot.press("escape")
        await pilot.pause()
        assert host.focused is host.pane
        assert "no image" not in text(host)
        assert len(host.requests) == 1


@pytest.mark.parametrize("words", ["", "incomprehensible", "1 2 3", "shift 3", "9" * 30, "-1x"])
async def test_hint_and_reason_are_whole_on_a_narrow_screen(host: Host, words: str) -> None:
    async with host.run_test(size=(60, 20)) as pilot:
        await pilot.press("g")
        await pilot.pause()
        assert text(host).split("\n")[-2] == PROMPT
        await pilot.press("escape")
        await typed(pilot, words)
        with pytest.raises(ViewError) as error:
            view_from(words, View(), 60)
        assert text(host).split("\n")[-2] == f"✗ {error.value}"
        assert len(host.requests) == 1


async def test_the_status_says_where_a_shift_goes(host: Host) -> None:
    async with host.run_test(size=(80, 24)) as pilot:
        await typed(pilot, "3 -2")
        assert "shift 3 right, 2 up" in text(host)
        await typed(pilot, "0,0")
        assert "no shift" in text(host)
        await typed(pilot, "60°")
        assert "turn 60° clockwise" in text(host)


async def test_with_ascii_only_the_reason_is_too(tiny_dataset: Dataset) -> None:
    host = Host(tiny_dataset, ascii=True)
    async with host.run_test(size=(80, 24)) as pilot:
        await typed(pilot, "incomprehensible")
        assert '! no "incomprehen~"; try image 12' in text(host)
        assert text(host).isascii()


async def test_arrows_belong_to_the_line_while_something_is_typed(host: Host) -> None:
    async with host.run_test(size=(80, 24)) as pilot:
        await pilot.press("g")
        await pilot.press("n", "up", "up", "left")
        assert host.query_one(Input).value == "n"
        assert host.pane.view == View()


async def test_the_other_split_can_be_looked_at(host: Host) -> None:
    async with host.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await typed(pilot, "test 30")
        assert "test image 30 of 30" in text(host)


async def test_a_dead_stack_is_said_in_words(host: Host) -> None:
    async with host.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await typed(pilot, f"weights {DEAD}")
        assert host.maps(host.requests[-1]).dead
        assert "every feature is 0" in text(host)
        assert "relative: none" in text(host)

        await typed(pilot, f"weights {LIVING}")
        assert "every feature is 0" not in text(host)


async def test_a_hidden_pane_asks_for_nothing_until_it_is_seen(host: Host) -> None:
    host.pane.display = False
    async with host.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        host.pane.request()
        await pilot.pause()
        assert host.requests == []

        host.pane.display = True
        await pilot.pause()
        await pilot.pause()
        assert len(host.requests) == 1
        assert "train image" in text(host)

        host.pane.display = False
        await pilot.pause()
        host.pane.request()
        host.pane.display = True
        await pilot.pause()
        await pilot.pause()
        assert len(host.requests) == 2


async def test_older_answers_do_not_replace_newer_ones(host: Host) -> None:
    async with host.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        host.answering = False
        await pilot.press("n", "n")
        await pilot.pause()
        first, second, third = host.requests
        assert "computing" in text(host)

        host.answer_to(third)
        host.answer_to(second)
        host.answer_to(first)
        await pilot.pause()
        view = host.query(ImageView).first()
        assert view.image is not None
        np.testing.assert_array_equal(np.float32(view.image.pixels), host.maps(third).image)
        assert "computing" not in text(host)


async def test_an_answer_on_the_way_is_shown_until_the_newest_is_there(host: Host) -> None:
    async with host.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        host.answering = False
        await pilot.press("n", "n")
        await pilot.pause()
        host.answer_to(host.requests[1])
        await pilot.pause()
        view = host.query(ImageView).first()
        assert view.image is not None
        np.testing.assert_array_equal(
            np.float32(view.image.pixels), host.maps(host.requests[1]).image
        )
        assert "computing" in text(host)


async def test_an_error_and_waiting_are_said_where_they_happened(host: Host) -> None:
    host.answering = False
    async with host.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        host.pane.show_loading("reading the images: 300 of 24,000")
        await pilot.pause()
        assert "reading the images: 300 of 24,000" in text(host)

        host.pane.show_error("There is no file rotated.zip.", number=host.requests[0].number)
        await pilot.pause()
        assert text(host).startswith("There is no file rotated.zip.")

        host.answering = True
        await pilot.press("n")
        await pilot.pause()
        assert "There is no file" not in text(host)
        assert "train image 2 of 60" in text(host)


@pytest.mark.parametrize(
    ("size", "wanted"),
    [
        ((80, 20), Panels(4, 2)),
        ((120, 37), Panels(4, 2)),
        ((200, 70), Panels(2, 2)),
        ((200, 57), Panels(4, 2)),
        ((50, 57), Panels(2, 2)),
        ((80, 8), Panels(4, 0)),
    ],
)
def test_how_the_panels_are_laid_out(size: tuple[int, int], wanted: Panels) -> None:
    assert lay_out(*size) == wanted


async def test_pixels_have_one_size_on_all_panels(tiny_dataset: Dataset) -> None:
    host = Host(tiny_dataset, depth=Depth.TRUE)
    async with host.run_test(size=(200, 60)) as pilot:
        await pilot.pause()
        widths = [view.render_line(5).text.rstrip().count("▀") for view in host.query(ImageView)]
        assert widths == [28, 24, 24, 24]


@pytest.mark.parametrize("size", [(60, 20), (60, 16), (40, 12), (20, 6), (6, 2), (200, 60)])
async def test_at_every_size_lines_are_whole_and_panels_apart(
    size: tuple[int, int], tiny_dataset: Dataset
) -> None:
    host = Host(tiny_dataset, depth=Depth.TRUE)
    async with host.run_test(size=size) as pilot:
        await pilot.pause()
        views = [view for view in host.query(ImageView) if view.size]
        for view in views:
            for y in range(view.size.height):
                strip = view.render_line(y)
                assert strip.cell_length == view.size.width
                assert all(segment.style is not None for segment in strip)
        for view in views:
            assert not any(view.region.overlaps(other.region) for other in views if other != view)


async def test_in_all_depths_the_panels_are_there(
    tiny_dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    for ascii_only in (False, True):
        host = Host(tiny_dataset, ascii=ascii_only)
        async with host.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            assert host.export_screenshot()
            assert "empty 0" in text(host)
            assert "▀" not in text(host)
            assert text(host).isascii() or not ascii_only


async def test_a_light_theme_is_drawn_as_on_paper(host: Host) -> None:
    async with host.run_test(size=(80, 24)) as pilot:
        host.theme = "textual-light"
        await pilot.pause()
        assert "light 0 dark" in text(host)
        assert "dark 0 light" not in text(host)


async def test_the_same_answer_again_paints_nothing(host: Host) -> None:
    async with host.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        view = host.query(ImageView).first()
        painted: list[int] = []
        refresh = view.refresh
        view.refresh = lambda *a, **k: (painted.append(1), refresh(*a, **k))[1]  # type: ignore[method-assign]
        host.pane.request()
        await pilot.pause()

        assert len(host.requests) == 2
        assert painted == []
