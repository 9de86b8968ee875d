"""The output stage: whatever frames come, the terminal shows what a full repaint would."""

from __future__ import annotations

import pyte
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from terminal_grid import differences, grid
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from rottui.tui.output.stage import Stage

COLUMNS, LINES = 12, 4
STYLES = [
    Style(),
    Style(color="red"),
    Style(color="#102030", bgcolor="#405060", bold=True),
    Style(bgcolor="#405060", underline=True),
    Style(color="color(99)", dim=True, italic=True),
    Style(reverse=True, strike=True),
    Style(bold=True),
]


def line(text: str, style: Style = STYLES[0], columns: int = COLUMNS) -> list[Strip]:
    return [Strip([Segment(text, style)]).adjust_cell_length(columns, Style())]


def whole(*texts: str, style: Style = STYLES[0], columns: int = COLUMNS) -> LayoutUpdate:
    strips = [line(text, style, columns) for text in texts]
    return LayoutUpdate(strips, Region(0, 0, columns, len(texts)))  # type: ignore[arg-type]


def part(x: int, y: int, strip: Strip) -> ChopsUpdate:
    end = x + strip.cell_length
    chops: list[dict[int, Strip | None]] = [{} for _ in range(y)] + [{x: strip}]
    return ChopsUpdate(chops, [(y, x, end)], [[end]] * (y + 1))


def stage() -> Stage:
    made = Stage(ColorSystem.TRUECOLOR)
    made.resize(COLUMNS, LINES)
    return made


def test_one_changed_cell_is_sent_as_one_cell() -> None:
    one = stage()
    one.take(whole("loss 0.1234", "MAE  0.5"))
    one.changes((0, 0))
    one.take(whole("loss 0.1239", "MAE  0.5"))
    assert one.changes((0, 0)) == "\x1b[1;11H9\x1b[1;1H"


def test_what_is_shown_already_is_not_sent_again() -> None:
    one = stage()
    one.take(whole("loss", style=STYLES[2]))
    assert one.changes((0, 0))
    one.take(whole("loss", style=STYLES[2]))
    assert one.changes((0, 0)) == ""


def test_frames_that_were_not_sent_cost_nothing() -> None:
    one = stage()
    one.take(whole("0"))
    one.changes((0, 0))
    for number in range(1, 100):
        one.take(whole(str(number)))
    assert one.changes((0, 0)) == "\x1b[1H99\x1b[1;1H"


def test_a_terminal_of_which_nothing_is_known_gets_everything() -> None:
    one = stage()
    one.take(whole("loss", "MAE"))
    first = one.changes((0, 0))
    one.forget()
    assert one.changes((0, 0)) == first


def test_a_short_gap_is_written_again_and_a_long_one_is_stepped_over() -> None:
    one = stage()
    one.take(whole("a.b........c"))
    one.changes((0, 0))
    one.take(whole("A.B........C"))
    assert one.changes((0, 0)) == "\x1b[1HA.B\x1b[8CC\x1b[1;1H"


def test_the_color_of_a_blank_is_not_sent() -> None:
    one = stage()
    one.take(whole(" " * COLUMNS))
    one.changes((0, 0))
    one.take(whole(" " * COLUMNS, style=Style(color="red", bold=True)))
    assert one.changes((0, 0)) == ""


def test_a_control_character_in_a_text_reaches_no_terminal() -> None:
    one = stage()
    one.take(whole("a\x1b[2Jb\x07"))
    assert "\x1b[2J" not in one.changes((0, 0)).replace("\x1b[1;1H", "")


def test_an_accent_goes_with_its_letter_and_the_next_place_is_not_taken_for_granted() -> None:
    one = stage()
    one.take(whole("e\u0301ab"))
    assert one.changes((0, 0)).startswith("\x1b[1He\u0301\x1b[1;2Hab")


def test_nothing_is_drawn_outside_a_screen_that_became_smaller() -> None:
    one = stage()
    one.resize(4, 2)
    one.take(whole("abcdefghijkl", "", "", "z"))
    one.take(part(9, 0, Strip([Segment("no")])))
    screen = pyte.Screen(COLUMNS, LINES)
    pyte.Stream(screen).feed(one.changes((0, 0)))
    assert [text.rstrip() for text in screen.display] == ["abcd", "", "", ""]


# No combining characters: in the last column the emulator wraps before it combines.
words = st.text(st.sampled_from("ab 0▄⠿─é日本🧵"), max_size=COLUMNS)
segments = st.lists(
    st.builds(Segment, words, st.sampled_from([*STYLES, None])), min_size=1, max_size=4
)


@st.composite
def frames(draw: st.DrawFn) -> ChopsUpdate | LayoutUpdate:
    if draw(st.booleans()):
        strips = [
            [Strip(draw(segments)).adjust_cell_length(COLUMNS, Style())] for _ in range(LINES)
        ]
        return LayoutUpdate(strips, Region(0, 0, COLUMNS, LINES))  # type: ignore[arg-type]
    x = draw(st.integers(0, COLUMNS - 1))
    width = draw(st.integers(1, COLUMNS - x))
    strip = Strip(draw(segments)).adjust_cell_length(width, Style())
    return part(x, draw(st.integers(0, LINES - 1)), strip)


@settings(max_examples=200)
@given(st.lists(st.tuples(frames(), st.booleans(), st.integers(0, 20)), min_size=1, max_size=12))
def test_the_screen_is_that_of_a_full_repaint_after_any_frames(
    script: list[tuple[ChopsUpdate | LayoutUpdate, bool, int]],
) -> None:
    """Frames come; some are sent and some skipped; now and then the terminal loses its screen."""
    one = stage()
    live = pyte.Screen(COLUMNS, LINES)
    terminal = pyte.Stream(live)
    for frame, send, chance in script:
        one.take(frame)
        if chance == 0:
            live.reset()
            one.forget()
        if send:
            terminal.feed(one.changes((0, 0)))
    terminal.feed(one.changes((3, 2)))
    assert (live.cursor.x, live.cursor.y) == (3, 2)
    anew = pyte.Screen(COLUMNS, LINES)
    one.forget()
    pyte.Stream(anew).feed(one.changes((3, 2)))
    assert differences(grid(live), grid(anew)) == []
    wanted = ["".join(cell.text for cell in cells) for cells in one._wanted]
    assert [text.rstrip() for text in anew.display] == [text.rstrip() for text in wanted]
