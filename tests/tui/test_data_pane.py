"""The data pane: images with their angles, pages, splits, and words where there are none."""

from __future__ import annotations

import numpy as np
import pytest
from textual import events, on
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import Input
from waiting import until

from rottui.core.data.dataset import Dataset, Split
from rottui.tui.ramps import Depth
from rottui.tui.widgets.data_pane import DataPage, DataPane, Picked, across_and_down
from rottui.tui.widgets.image import ImageView


class Host(App[None]):
    """The pane, and an app that answers it at once from a tiny data set."""

    def __init__(self, dataset: Dataset, **options: object) -> None:
        super().__init__()
        self.dataset = dataset
        self.pane = DataPane(**options)  # type: ignore[arg-type]
        self.requests: list[DataPane.Requested] = []
        self.sources = 0
        self.answering = True

    def compose(self) -> ComposeResult:
        yield self.pane

    def on_mount(self) -> None:
        self.pane.focus()

    @on(DataPane.SourceWanted)
    def source_wanted(self) -> None:
        self.sources += 1

    @on(DataPane.Requested)
    def answer(self, request: DataPane.Requested) -> None:
        self.requests.append(request)
        if self.answering:
            self.answer_to(request)

    def answer_to(self, request: DataPane.Requested) -> None:
        split = self.dataset.train if request.split == "train" else self.dataset.test
        end = min(len(split), request.first + request.count)
        images = [
            Picked(split.images[i, 0], float(split.angles[i]), "bar")
            for i in range(request.first, end)
        ]
        self.pane.show(
            DataPage(request.split, request.first, images, len(self.dataset.train),
                     len(self.dataset.test), "bars", "0123456789abcdef", ("drawn here",)),
            number=request.number,
        )  # fmt: skip


@pytest.fixture
def host(tiny_dataset: Dataset) -> Host:
    return Host(tiny_dataset, depth=Depth.TRUE)


def text(app: App[None]) -> str:
    return "\n".join(strip.text.rstrip() for strip in app.screen._compositor.render_strips())


def seen(host: Host) -> list[str]:
    return [view.image.title for view in host.query(ImageView) if view.display and view.image]


async def typed(pilot: Pilot[None], words: str) -> None:
    await pilot.press("g")
    await pilot.pause()
    pilot.app.query_one(Input).value = words
    await pilot.press("enter")
    await pilot.pause()


async def test_the_first_three_images_as_the_experiment_shows_them(host: Host) -> None:
    async with host.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        angles = host.dataset.train.angles
        assert seen(host) == [f"{i + 1}  {angles[i]:g}°  bar" for i in range(3)]
        shown = text(host)
        for words in ("train images 1 to 3 of 60", "bars", "dark is 0, light is 255",
                      "60 train + 30 test", "fingerprint 01234567", "drawn here"):  # fmt: skip
            assert words in shown
        for i, view in enumerate(host.query(ImageView)):
            assert view.image is not None
            np.testing.assert_array_equal(view.image.pixels, host.dataset.train.images[i, 0])


@pytest.mark.parametrize(
    ("size", "wanted"),
    [
        ((80, 21), (3, 1)),
        ((120, 37), (4, 2)),
        ((200, 57), (6, 3)),
        ((60, 16), (3, 1)),
        ((20, 5), (1, 1)),
    ],
)
def test_larger_screens_show_more(size: tuple[int, int], wanted: tuple[int, int]) -> None:
    assert across_and_down(*size) == wanted


@pytest.mark.parametrize("size", [(120, 40), (200, 60), (60, 20), (30, 8), (8, 3)])
async def test_at_every_size_lines_are_whole_and_images_apart(
    size: tuple[int, int], tiny_dataset: Dataset
) -> None:
    host = Host(tiny_dataset, depth=Depth.TRUE)
    async with host.run_test(size=size) as pilot:
        await pilot.pause()
        await pilot.pause()
        views = [view for view in host.query(ImageView) if view.display and view.size]
        assert len(seen(host)) == host.requests[-1].count
        for view in views:
            for y in range(view.size.height):
                assert view.render_line(y).cell_length == view.size.width
            assert not any(view.region.overlaps(other.region) for other in views if other != view)
        if size[0] >= 60:
            assert all("▀" in view.render_line(3).text for view in views)


async def test_the_wheel_turns_pages(host: Host) -> None:
    async with host.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot._post_mouse_events([events.MouseScrollDown], host.pane)
        await until(pilot, lambda: host.requests[-1].first == 3)
        await pilot._post_mouse_events([events.MouseScrollUp], host.pane)
        await until(pilot, lambda: host.requests[-1].first == 0)


async def test_pages_end_where_the_split_ends(host: Host) -> None:
    async with host.run_test(size=(80, 24)) as pilot:
        await pilot.press("N")
        await pilot.pause()
        assert host.requests[-1].first == 0

        await pilot.press("n", "right", "pagedown")
        await pilot.pause()
        assert host.requests[-1].first == 9
        await pilot.press("left")
        assert "train images 7 to 9 of 60" in text(host)

        await typed(pilot, "59")
        assert seen(host) == [f"{i + 1}  {host.dataset.train.angles[i]:g}°  bar" for i in (58, 59)]
        await pilot.press("n")
        assert host.requests[-1].first == 58
        assert "59 to 60 of 60" in text(host)


async def test_the_split_key_and_back_to_the_first(host: Host) -> None:
    async with host.run_test(size=(80, 24)) as pilot:
        await pilot.press("n", "t")
        await pilot.pause()
        assert "test images 1 to 3 of 30" in text(host)
        await pilot.press("n", "0")
        await pilot.pause()
        assert "train images 1 to 3 of 60" in text(host)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("61", "no image 61: there are 1 to 60"),
        ("0", "no image 0: there are 1 to 60"),
        ("9" * 5000, "no image 99999999999…: there are 1 to 60"),
        ("-3", "type an image's number, from 1 to 60"),
        ("two", "type an image's number, from 1 to 60"),
        ("", "type an image's number, from 1 to 60"),
    ],
)
async def test_a_number_that_is_no_image_is_refused_above_the_field(
    host: Host, words: str, reason: str
) -> None:
    async with host.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        await typed(pilot, words)
        assert text(host).split("\n")[-2] == f"✗ {reason}"
        await pilot.press("escape")
        await pilot.pause()
        assert host.focused is host.pane
        assert len(host.requests) == 1


async def test_the_source_key_asks_the_app(host: Host) -> None:
    async with host.run_test(size=(80, 24)) as pilot:
        await pilot.press("s")
        await pilot.pause()
        assert host.sources == 1


async def test_other_data_with_fewer_images_show_their_last_page(host: Host) -> None:
    async with host.run_test(size=(80, 24)) as pilot:
        await typed(pilot, "59")
        whole = host.dataset
        host.dataset = Dataset(whole.test, whole.test, "fewer", "fewer")
        host.pane.request()
        await pilot.pause()
        await pilot.pause()
        assert host.requests[-1].first == 27
        assert "train images 28 to 30 of 30" in text(host)
        await typed(pilot, "30")
        assert "train image 30 of 30" in text(host)


async def test_the_last_test_image_leads_to_the_last_page_of_smaller_data(host: Host) -> None:
    async with host.run_test(size=(80, 24)) as pilot:
        await pilot.press("t")
        await pilot.pause()
        await typed(pilot, "30")
        assert "test image 30 of 30" in text(host)
        assert len(seen(host)) == 1

        whole = host.dataset
        few = Split(whole.test.images[:20], whole.test.angles[:20])
        host.dataset = Dataset(whole.train, few, "fewer", "fewer")
        host.pane.request()
        await pilot.pause()
        await pilot.pause()
        assert "test images 19 to 20 of 20" in text(host)
        assert len(seen(host)) == 2


async def test_an_old_empty_answer_does_not_call_back_from_where_one_has_gone(host: Host) -> None:
    async with host.run_test(size=(80, 24)) as pilot:
        await typed(pilot, "59")
        host.answering = False
        host.pane.request()
        await pilot.press("t")
        await pilot.pause()
        before, newest = host.requests[-2:]
        host.pane.show(DataPage("train", 58, (), 30, 30, "fewer"), number=before.number)
        await pilot.pause()
        assert host.requests[-1] is newest
        host.answer_to(newest)
        await pilot.pause()
        assert "test images 1 to 3 of 30" in text(host)


async def test_a_split_without_images_says_so(host: Host) -> None:
    async with host.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        host.pane.show(DataPage("train", 0, (), 0, 30, "tests only"))
        await pilot.pause()
        assert "no train images" in text(host)
        assert len(host.requests) == 1


async def test_reading_and_errors_are_said_where_they_happened(host: Host) -> None:
    host.answering = False
    async with host.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        host.pane.show_loading("unpacking rotated.zip", 1_200, 24_000)
        await pilot.pause()
        assert "unpacking rotated.zip: 1,200 of 24,000" in text(host)

        host.pane.show_error("rotated.zip is no zip file.", number=host.requests[-1].number)
        await pilot.pause()
        assert text(host).startswith("rotated.zip is no zip file.")

        host.answering = True
        host.pane.request()
        await pilot.pause()
        assert "no zip file" not in text(host)
        assert len(seen(host)) == 3


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
        host.answer_to(host.requests[-1])
        host.answer_to(host.requests[-2])
        await pilot.pause()
        assert seen(host)[0].startswith("7 ")


async def test_with_ascii_only_nothing_else_is_written(tiny_dataset: Dataset) -> None:
    host = Host(tiny_dataset, ascii=True)
    async with host.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert text(host).isascii()
        assert "*%%#:" in text(host)
