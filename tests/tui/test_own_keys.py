"""A person's own keys: what they come to, and that nothing in the file is fatal."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Footer, Input

from rottui.tui.config_file import read_config
from rottui.tui.key_names import FORM, QUEUE, key_names, key_of
from rottui.tui.keymap import ACTIONS, first_key, keys_now
from rottui.tui.own_bindings import OwnKeysScreen
from rottui.tui.own_keys import own_keys
from rottui.tui.typed_keys import key_called
from rottui.tui.widgets.queue_pane import QueuePane


def action(action_id: str):
    return next(action for action in ACTIONS if action.id == action_id)


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("?", "question_mark"),
        ("+", "plus"),
        ("ctrl++", "ctrl+plus"),
        ("K", "K"),
        ("shift+k", "K"),
        ("Ctrl+P", "ctrl+p"),
        ("Shift+Ctrl+Left", "ctrl+shift+left"),
        ("PgDn", "pagedown"),
        ("Esc", "escape"),
        ("F11", "f11"),
        ("ctrl+m", "enter"),
        ("left_square_bracket", "left_square_bracket"),
        ("é", "é"),
    ],
)
def test_keys_are_understood_as_people_write_them(typed: str, key: str) -> None:
    assert key_called(typed) == key


@pytest.mark.parametrize("typed", ["hyper+x", "f99x", "", "ctrl+", "ctrl+c", "foo"])
def test_what_is_no_key_is_refused_by_name(typed: str) -> None:
    with pytest.raises(ValueError, match=r"no key|always quits"):
        key_called(typed)


def test_every_usual_key_can_be_written_as_it_is_shown() -> None:
    for each in ACTIONS:
        for key in each.keys.split(","):
            assert key_called(key) == key


def test_an_action_takes_the_keys_of_the_file() -> None:
    own = own_keys({"queue.pause": "f11, Q", "queue": {"fork": ["alt+f"]}})
    assert own.keymap == {"queue.pause": "f11,Q", "queue.fork": "alt+f"}
    assert own.problems == ()


def test_a_key_that_is_taken_changes_hands_and_that_is_told() -> None:
    own = own_keys({"queue.pause": "c"})
    assert own.keymap["queue.pause"] == "c"
    assert own.keymap["queue.cancel"].startswith("none:")
    assert own.problems == ("c is queue.pause now; queue.cancel has no key now",)
    own = own_keys({"queue.pause": "o"})
    assert own.keymap["queue.open"] == "enter"
    assert own.problems == ("o is queue.pause now; queue.open has only enter now",)


def test_two_actions_can_swap_their_keys() -> None:
    own = own_keys({"queue.pause": "c", "queue.cancel": "p"})
    assert own == own_keys({"queue": {"pause": "c", "cancel": "p"}})
    assert (own.keymap["queue.pause"], own.keymap["queue.cancel"]) == ("c", "p")
    assert own.problems == ()


def test_one_key_for_two_actions_of_the_file_stays_with_the_first() -> None:
    own = own_keys({"queue.pause": "f11", "queue.fork": "f11", "charts.log": "f11"})
    assert own.keymap["queue.pause"] == "f11"
    assert own.keymap["queue.fork"].startswith("none:")
    assert own.keymap["charts.log"] == "f11"
    assert own.problems == ("f11 is given to queue.pause, too; queue.fork goes without it",)


def test_a_key_for_everywhere_and_one_for_lists_clash_with_those_of_a_pane() -> None:
    assert (
        "D is app.leave now; queue.delete has only delete now"
        in own_keys({"app.leave": "D"}).problems
    )
    assert own_keys({"table.move(1)": "d"}).problems == (
        "d is table.move(1) now; queue.duplicate has no key now",
    )
    assert own_keys({"app.leave": "x"}).keymap.keys() & {"trash.purge"} == set()


def test_an_empty_text_takes_the_keys_away() -> None:
    own = own_keys({"app.suspend": ""})
    assert own.keymap["app.suspend"].startswith("none:")
    assert own.problems == ()


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"queue.pawse": "p"}, "there is no action 'queue.pawse'; did you mean queue.pause?"),
        ({"queue.pause": " f77 "}, "queue.pause: there is no key 'f77'"),
        ({"queue.pause": 7}, "queue.pause: keys are a text such as 'p, f11', or a list of texts"),
        ({"app.leave": "ctrl+c"}, "app.leave: ctrl+c always quits"),
    ],
)
def test_what_cannot_be_is_told_and_the_usual_keys_stay(table, words: str) -> None:
    own = own_keys(table)
    assert own.problems == (words,)
    assert own.keymap == {}


def test_the_config_file_is_read_and_a_broken_one_says_where(tmp_path: Path) -> None:
    assert read_config(tmp_path).keys == {}
    path = tmp_path / "config.toml"
    path.write_text('[keys]\n"queue.pause" = "f11"\n')
    assert read_config(tmp_path).keys == {"queue.pause": "f11"}
    path.write_text("[keys\n")
    broken = read_config(tmp_path)
    assert broken.keys == {}
    assert "line 1" in str(broken.problem)
    path.write_text("keys = 3\n")
    assert own_keys(read_config(tmp_path).keys).problems == ("there is no action ''",)


def test_the_readme_s_example_of_own_keys_is_sound() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    example = readme.partition("```toml\n[keys]")[2].partition("```")[0]
    own = own_keys(tomllib.loads(f"[keys]{example}")["keys"])
    assert own.problems == ()
    assert own.keymap


class Host(App[None]):
    def __init__(self, table: dict[str, str]) -> None:
        super().__init__()
        self.set_keymap(dict(own_keys(table).keymap))
        self.heard: list[str] = []

    def compose(self) -> ComposeResult:
        yield QueuePane()
        yield Footer()

    def on_queue_pane_trash_wanted(self) -> None:
        self.heard.append("trash")

    def on_queue_pane_undone(self) -> None:
        self.heard.append("undo")


async def test_the_pane_hears_the_new_keys_and_no_longer_the_old_ones() -> None:
    app = Host({"queue.trash": "f11", "queue.restore": "T", "queue.cancel": ""})
    async with app.run_test() as pilot:
        app.screen.set_focus(app.query_one(QueuePane))
        await pilot.press("T", "f11", "U")
        assert app.heard == ["undo", "trash"]
        assert keys_now(app, action("queue.trash")) == "f11"
        assert first_key(app, "queue.restore") == "T"
        cancel = action("queue.cancel")
        assert key_names(cancel, keys_now(app, cancel)) == "no key"
        app.simulate_key("none:queue.cancel")  # as a click in the footer does


class Field(Host):
    """A text field within a pane; its screen is as the app's."""

    def get_default_screen(self) -> OwnKeysScreen:
        return OwnKeysScreen()

    def compose(self) -> ComposeResult:
        with QueuePane():
            yield Input()


async def test_a_function_key_works_in_a_text_field_where_letters_are_text() -> None:
    app = Field({"queue.trash": "f11", "queue.restore": "ctrl+r, T"})
    async with app.run_test() as pilot:
        field = app.query_one(Input)
        app.screen.set_focus(field)
        await pilot.press("f11", "T", "ctrl+r")
        assert field.value == "T"
        assert app.heard == ["trash", "undo"]
        assert "T" not in app.screen.active_bindings


def test_what_the_screen_tells_of_is_the_key_in_force() -> None:
    usual, own = App[None](), App[None]()
    own.set_keymap(dict(own_keys({"configure.queue": "f11, x", "range.use": "x, enter"}).keymap))
    assert key_of(usual, "configure.queue", "enter") == "Enter"
    assert key_of(usual, "configure.queue") == "F9"
    assert key_of(own, "configure.queue", "enter") == "F11"
    assert key_of(own, "range.use", "enter") == "Enter"
    assert (key_of(usual, QUEUE), key_of(usual, FORM)) == ("F3", "F2")
