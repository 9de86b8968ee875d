"""The language of filters: what fits, what is refused and where, and that nothing else happens."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from run_rows import run_row, trained
from store_rows import epoch_row

from rottui.core.settings import paths
from rottui.store.filters import FilterError, parse
from rottui.store.records import RunRow
from rottui.store.states import State

CNN = {"type": "cnn", "n_channels": [16, 32], "dense_hiddens": [128]}
RUNS = (
    run_row(1, State.DONE, tags=("old", "paper"), **trained(4, 0.5), seconds=1.5),
    run_row(2, State.RUNNING, config={"lr": 1e-2, "network": CNN}, sweep_id=7, name="cnn fast"),
    run_row(3, State.FAILED, error="The loss became NaN", notes="see\nplot 12", tags=("old",)),
    run_row(4, State.QUEUED, sweep_id=8, priority=5, config={"lr": 1e-4, "shuffle": False}),
    run_row(5, State.DONE, parent_id=1, reason="patience", **trained(2, math.nan)),
    run_row(6, State.PAUSED, config={"lr": 10**400, "network": "broken"}, sweep_id=99),
)
GROUPS = {7: "Sweep A", 8: "night"}


def fitting(text: str) -> list[int]:
    found = parse(text, paths())
    return [run.id for run in RUNS if found.matches(run, GROUPS)]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("", [1, 2, 3, 4, 5, 6]),
        ("  ", [1, 2, 3, 4, 5, 6]),
        ("cnn", [2]),
        ("NAN", [3]),
        ("paper", [1]),
        ('"plot 12"', [3]),
        ("night", [4]),
        ("#3", [3]),
        ("3", [3]),
        ("state:running", [2]),
        ("state:done,failed", [1, 3, 5]),
        ("state:d", [1, 5]),
        ("state!=done", [2, 3, 4, 6]),
        ("tag:old", [1, 3]),
        ("tag:OLD", [1, 3]),
        ("tag:ol", []),
        ("tag:p*r", [1]),
        ("tag:*", [1, 3]),
        ("-tag:old", [2, 4, 5, 6]),
        ("sweep:a", [2]),
        ("sweep:s*a", [2]),
        ("sweep:8", [4]),
        ("sweep:99", [6]),
        ("group:n*t", [4]),
        ("lr>=1e-3", [1, 2, 3, 5]),
        ("lr<0.001", [4]),
        ("lr >= 0.01", [2]),
        ("lr:1e-4..1e-3", [1, 3, 4, 5]),
        ("lr=1e-2,1e-4", [2, 4]),
        ("network:cnn", [2]),
        ("network.type:cnn", [2]),
        ("dense_hiddens:128-64", [1, 3, 5]),
        ("n_channels:16*", [2]),
        ("shuffle:off", [4]),
        ("data:none", [1, 2, 3, 4, 5, 6]),
        ("test_loss<1", [1]),
        ("test_loss>=0.5", [1]),
        ("best<1", [1]),
        ("epoch>0", [1, 5]),
        ("id:2..4", [2, 3, 4]),
        ("priority>0", [4]),
        ("time<2", [1]),
        ("is:diverged", [5]),
        ("is:fork", [5]),
        ("is:early", [5]),
        ("is:tagged", [1, 3]),
        ("is:noted", [3]),
        ("error:nan", [3]),
        ('notes:"see\nplot"', [3]),
        ("reason:pat*", [5]),
        ('name:"run 1"', [1]),
        ("state:running lr>=1e-3 -tag:old | sweep:night", [2, 4]),
        ("(state:done | state:failed) tag:old", [1, 3]),
        ("-(state:done | state:failed)", [2, 4, 6]),
        ("--tag:old", [1, 3]),
        ("tag:old|sweep:a", [1, 2, 3]),
    ],
)
def test_what_fits(text: str, ids: list[int]) -> None:
    assert fitting(text) == ids


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("tag:old stat:done", 8, "no field stat; try state"),
        ("state:x", 6, "state: must be one of draft, queued"),
        ("is:odd", 3, "is: must be one of diverged"),
        ("cnn lr>", 7, "a value is missing after lr>"),
        ("lr>fast", 3, "'fast' is no number such as 1e-3"),
        ("lr>inf", 3, "'inf' is no number"),
        ("lr>1,2", 3, "one number is compared"),
        ("tag>old", 4, "tag has no order; write tag:"),
        ("tag:", 4, "a value is missing after tag:"),
        ("tag:,", 5, "a value is missing after tag:"),
        ("a | ", 4, "something is missing here"),
        ("| a", 0, "something is missing here"),
        ("a (b", 2, "a ) is missing for this ("),
        ("a ()", 3, "something is missing here"),
        ("a) b", 1, "no ( is open here"),
        ('a "b', 2, 'a second " is missing'),
        ("x" + "(" * 200 + "y", 51, "nested too deeply"),
        ("-" * 200 + "y", 50, "nested too deeply"),
        ("hiddens:3", 0, "no field hiddens; try dense_hiddens"),
        ("seed>3", 0, None),
    ],
)
def test_what_is_no_filter_is_refused_with_the_place(
    text: str, place: int, words: str | None
) -> None:
    if words is None:
        assert fitting(text) == []
        return
    with pytest.raises(FilterError) as refused:
        parse(text, paths())
    assert words in str(refused.value)
    assert refused.value.place == place


def test_an_end_of_a_path_that_two_settings_have_is_asked_about() -> None:
    with pytest.raises(FilterError, match=r"size may be data\.train\.size or data\.test\.size"):
        parse("size:3", ("data.train.size", "data.test.size"))


def test_an_epoch_of_an_old_store_has_no_metric_to_compare() -> None:
    run = run_row(1, last=epoch_row(1), epochs_done=1)
    for text in ("test_flips>=0", "test_flips<0"):
        assert not parse(text, paths()).matches(run, {})
    assert parse("-test_flips>=0", paths()).matches(run, {})


# --- properties -----------------------------------------------------------------------------------

TERMS = st.sampled_from(["tag:old", "state:done", "lr>1e-3", "cnn", "sweep:a", "id<4", '"run"'])
Tree = tuple[str, Callable[[RunRow], bool]]


def leaf(text: str) -> Tree:
    found = parse(text, paths())
    return text, lambda run: found.matches(run, GROUPS)


def joined(parts: list[Tree]) -> st.SearchStrategy[Tree]:
    texts, tests = [text for text, _ in parts], [test for _, test in parts]
    return st.sampled_from(
        [
            (f"({' '.join(texts)})", lambda run: all(test(run) for test in tests)),
            (f"({' | '.join(texts)})", lambda run: any(test(run) for test in tests)),
            (f"-{texts[0]}", lambda run: not tests[0](run)),
        ]
    )


TREES = st.recursive(
    TERMS.map(leaf),
    lambda inner: st.lists(inner, min_size=1, max_size=3).flatmap(joined),
    max_leaves=8,
)


@given(TREES)
def test_terms_are_joined_as_they_are_written(tree: Tree) -> None:
    text, test = tree
    assert fitting(text) == [run.id for run in RUNS if test(run)]


@given(st.text(st.sampled_from('ab:|()"-<>=!,.* 1e#_éß\x00'), max_size=25) | st.text(max_size=25))
def test_any_text_is_a_filter_or_refused_at_a_place_in_it(text: str) -> None:
    refused = None
    try:
        found = parse(text, paths())
    except FilterError as error:
        refused = error
    if refused is not None:
        assert 0 <= refused.place <= len(text)
        assert str(refused)
    else:
        assert all(found.matches(run, GROUPS) in (True, False) for run in RUNS)


@given(st.text(st.characters(exclude_characters='"'), min_size=1))
def test_a_text_in_quotes_is_found_whatever_is_in_it(text: str) -> None:
    assert parse(f'"{text}"', paths()).matches(run_row(99, notes=f"so: {text}!"), {})
