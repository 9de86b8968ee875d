"""``rottui tag`` and ``rottui note``: what people write on runs."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rottui.commands.queueing import Choice, chosen
from rottui.commands.stores import opened
from rottui.commands.usage import DONE, UsageError
from rottui.store.plain import plain
from rottui.store.states import State
from rottui.tui.widgets.formats import format_count

PIPED = "-"


def tag(choice: Choice, add: Sequence[str], remove: Sequence[str], store: str | None) -> int:
    """Put tags on the chosen runs and take others off, on all of them or on none.

    Raises:
        UsageError: no runs are named, or one tag is to be put on and taken off.
        StoreError: a run is gone, or a text is no tag; nothing was changed.
    """
    both = sorted({*add} & {*remove})
    if both:
        raise UsageError(f"{both[0]!r} cannot be put on and taken off at once")
    with opened(store) as rows:
        ids = chosen(rows, choice, frozenset(State))
        changed = rows.tag(ids, add, remove)
    words = ", ".join([f"+{word}" for word in add] + [f"-{word}" for word in remove])
    if not ids:
        print("no such runs; nothing was changed")
    elif not changed:
        print(f"nothing was changed: {format_count(len(ids), 'run')} tagged so already")
    else:
        print(f"{format_count(len(changed), 'run')} tagged {words}")
    return DONE


def list_tags(choice: Choice, store: str | None) -> int:
    """Print every tag and how many runs have it.

    Raises:
        UsageError: runs are named, and nothing that is to be done to them.
    """
    if choice != Choice(()) and choice != Choice([]):
        raise UsageError("say which tag: --add TAG or --remove TAG")
    with opened(store, read_only=True) as rows:
        tags = rows.tags()
    if not tags:
        print("no run has a tag; put one on with rottui tag RUN --add TAG")
    for word, count in tags.items():
        print(f"{word}  {format_count(count, 'run')}")
    return DONE


def note(reference: str, text: str | None, *, append: bool, store: str | None) -> int:
    """Print a run's notes, or write them; ``-`` reads them from the standard input.

    Raises:
        StoreError: there is no such run, or the notes are too long.
    """
    if text is None:
        with opened(store, read_only=True) as rows:
            notes = rows.run(reference).notes
        print(notes or "no notes")
        return DONE
    if text == PIPED:
        text = sys.stdin.read()
    with opened(store) as rows:
        run = rows.run(reference)
        written = f"{run.notes}\n{text}" if append and run.notes else text
        rows.write_notes(run.id, plain(written))
    print(f"run {run.id}: {'noted' if written.strip() else 'its notes are gone'}")
    return DONE
