"""``rottui store``: look whether the store is sound, copy it, save a damaged one, make room."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from rottui.commands.json_rows import document
from rottui.commands.queueing import Choice, chosen
from rottui.commands.stores import check_exists, opened, store_folder
from rottui.commands.usage import DONE, FAILED, UsageError
from rottui.engine.checkpointed import run_in
from rottui.errors import StoreError
from rottui.store.backup import back_up, back_up_whole
from rottui.store.connection import FILE
from rottui.store.examination import Examination, examine
from rottui.store.pruning import KINDS
from rottui.store.repair import repair as save
from rottui.store.states import ENDED, State
from rottui.tui.widgets.formats import format_count

TOLD = ("runs", "sweeps", "epochs", "checkpoints", "events")
"""Tables that are told of, in this order."""
MOST_LOST = 20
"""Lines about what was lost, at most."""


def check(*, as_json: bool, store: str | None) -> int:
    """Look at the whole store and change nothing; 1 if anything is damaged."""
    folder = store_folder(store)
    check_exists(folder)
    found = examine(folder)
    if as_json:
        print(document({"store": _json(found)}))
    else:
        print(f"{folder / FILE}: schema {found.schema}, {_rows(found)}")
        for sentence in found.damage:
            print(f"damaged: {sentence}")
        for note in found.notes:
            print(note)
        print(_verdict(found))
    return FAILED if found.damage else DONE


def backup(target: str, *, checkpoints: bool, force: bool, store: str | None) -> int:
    """Copy the store while others write to it."""
    folder, where = store_folder(store), Path(target).expanduser()
    check_exists(folder)
    if checkpoints:
        size = back_up_whole(folder, where, force=force)
        print(f"{where}: {_megabytes(size)}, rows and checkpoints; --store {where} reads it")
    else:
        size = back_up(folder, where, force=force)
        print(f"{where}: {_megabytes(size)}, without checkpoints")
    return DONE


def repair(store: str | None) -> int:
    """Save what can be read of a damaged store into a new file; 1 if something was lost.

    Raises:
        StoreError: another process uses the store, or nothing can be read.
    """
    folder = store_folder(store)
    check_exists(folder)
    users = _users(folder / FILE)
    if users:
        raise StoreError(
            f"{folder} is in use by {_processes(users)}; repair it when nobody uses it"
        )
    if not examine(folder).damage:
        print(f"nothing in {folder} is damaged; it was left as it is")
        return DONE
    repaired = save(folder, run_in)
    rows = ", ".join(f"{repaired.rows.get(table, 0):,} {table}" for table in TOLD)
    print(f"saved: {rows}")
    for sentence in repaired.found:
        print(f"found again: {sentence}")
    for word, sentences in (("made again", repaired.remade), ("lost", repaired.lost)):
        for sentence in sentences[:MOST_LOST]:
            print(f"{word}: {sentence}")
        if len(sentences) > MOST_LOST:
            print(f"{word}: {len(sentences) - MOST_LOST} more")
    print(f"the damaged file is {repaired.kept} now")
    if repaired.aside is not None:
        print(f"checkpoints of runs that were lost are in {repaired.aside}")
    return FAILED if repaired.lost else DONE


def prune(
    references: Iterable[str],
    *,
    keep: str,
    sweep: str | None,
    state: str | None,
    dry_run: bool,
    store: str | None,
) -> int:
    """Remove checkpoints that are not kept, of the named runs or of all that have ended."""
    kinds = _kinds(keep)
    states = ENDED if state is None else frozenset(State)
    named = tuple(references)
    choice = Choice(named, sweep, state, everything=not (named or sweep or state))
    with opened(store) as rows:
        ids = chosen(rows, choice, states)
        pruned = rows.prune(ids, kinds, dry_run=dry_run)
        leftovers = 0 if dry_run else rows.remove_leftovers()
    verb = "would be removed" if dry_run else "removed"
    print(
        f"{format_count(pruned.files, 'checkpoint')} of {format_count(pruned.runs, 'run')} {verb}, "
        f"{_megabytes(pruned.bytes)}; kept: {', '.join(kinds) or 'none'}"
    )
    if leftovers:
        print(f"{format_count(leftovers, 'file')} that belonged to no run removed")
    return DONE


def _kinds(text: str) -> tuple[str, ...]:
    kinds = tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
    if kinds == ("none",):
        return ()
    for kind in kinds:
        if kind not in KINDS:
            raise UsageError(f"--keep: must be of {', '.join(KINDS)}, or none, not {kind!r}")
    if not kinds:
        raise UsageError("--keep: say which checkpoints stay, such as best,last, or none")
    return kinds


def _rows(found: Examination) -> str:
    parts = []
    for table in TOLD:
        if table in found.rows:
            count = found.rows[table]
            parts.append(
                f"{table} that cannot all be read" if count is None else f"{count:,} {table}"
            )
    return f"{', '.join(parts)} ({_megabytes(found.checkpoint_bytes)} of checkpoints)"


def _verdict(found: Examination) -> str:
    if not found.damage:
        return "nothing is damaged"
    if all(count is not None for count in found.rows.values()) and found.rows:
        return "every row can be read; rottui store repair makes a sound store of them"
    if not found.rows:
        return "no table can be found; rottui store repair tells what can be read"
    return "rottui store repair saves every row that can be read into a new file"


def _json(found: Examination) -> dict[str, object]:
    return {
        "folder": str(found.folder),
        "schema": found.schema,
        "rows": found.rows,
        "checkpoint_bytes": found.checkpoint_bytes,
        "damage": found.damage,
        "notes": found.notes,
        "sound": not found.damage,
    }


def _users(file: Path) -> list[int]:
    """Processes of ours that have the store's file open."""
    import psutil

    target, users = str(file.resolve()), []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if any(opened.path == target for opened in process.open_files()):
                users.append(process.pid)
    return users


def _processes(pids: list[int]) -> str:
    return f"process {pids[0]}" if len(pids) == 1 else f"processes {', '.join(map(str, pids))}"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"
