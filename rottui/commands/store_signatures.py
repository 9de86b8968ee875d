"""``rottui store …`` as it is typed."""

from __future__ import annotations

from typing import Annotated

import typer

from rottui.commands.signatures import AsJson, Store

store_app = typer.Typer(rich_markup_mode=None, no_args_is_help=False)


@store_app.command("check")
def store_check(as_json: AsJson = False, store: Store = None) -> int:
    """Look whether all of the store is sound: rows, checkpoints, configs. Changes nothing.

    Exits with 1 if something is damaged.
    """
    from rottui.commands.store import check

    return check(as_json=as_json, store=store)


@store_app.command("backup")
def store_backup(
    target: Annotated[str, typer.Argument(metavar="FILE", help="Where the copy goes.")],
    checkpoints: Annotated[
        bool,
        typer.Option("--checkpoints", help="The checkpoints, too; FILE is a folder then."),
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over a copy.")] = False,
    store: Store = None,
) -> int:
    """Copy the store, also while runs train: one sound state of it, for your eyes only."""
    from rottui.commands.store import backup

    return backup(target, checkpoints=checkpoints, force=force, store=store)


@store_app.command("repair")
def store_repair(store: Store = None) -> int:
    """Save what can be read of a damaged store into a new file; the damaged one is kept.

    Exits with 1 if something was lost, and says what.
    """
    from rottui.commands.store import repair

    return repair(store)


@store_app.command("set")
def store_set(
    key: Annotated[str | None, typer.Argument(metavar="SETTING", help="interrupted.")] = None,
    value: Annotated[str | None, typer.Argument(metavar="VALUE", help="continue or wait.")] = None,
    store: Store = None,
) -> int:
    """Choose what becomes of runs whose process died: they go on, or wait for a person.

    Without a value, prints what is chosen.
    """
    from rottui.commands.settings import choose

    return choose(key, value, store)


@store_app.command("prune")
def store_prune(
    runs: Annotated[
        list[str] | None,
        typer.Argument(metavar="RUN…", help="Ids, names or 3..9; else all that have ended."),
    ] = None,
    keep: Annotated[
        str, typer.Option("--keep", metavar="KINDS", help="Of best, last, previous; or none.")
    ] = "best,last",
    sweep: Annotated[
        str | None, typer.Option("--sweep", metavar="SWEEP", help="Only runs of this sweep.")
    ] = None,
    state: Annotated[
        str | None, typer.Option("--state", metavar="STATE", help="Only runs in this state.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    store: Store = None,
) -> int:
    """Remove checkpoints that are not kept, to make room; curves stay.

    Runs in training are left alone, and one that is to go on keeps what it goes on from.
    """
    from rottui.commands.store import prune

    return prune(runs or (), keep=keep, sweep=sweep, state=state, dry_run=dry_run, store=store)
