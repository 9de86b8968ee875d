"""The commands for what people write on runs, as they are typed."""

from __future__ import annotations

from typing import Annotated

import typer

from rottui.commands.queue_signatures import All, InState, Runs, Sweep
from rottui.commands.signatures import RunName, Store


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""

    @app.command()
    def tag(
        runs: Runs = None,
        add: Annotated[
            list[str] | None, typer.Option("--add", metavar="TAG", help="Put it on; repeatable.")
        ] = None,
        remove: Annotated[
            list[str] | None,
            typer.Option("--remove", metavar="TAG", help="Take it off; repeatable."),
        ] = None,
        sweep: Sweep = None,
        state: InState = None,
        filter: Annotated[
            str | None,
            typer.Option("--filter", metavar="FILTER", help="All that fit, as in rottui runs."),
        ] = None,
        everything: All = False,
        store: Store = None,
    ) -> int:
        """Put tags on runs, or take them off; without --add and --remove, list the tags there are.

        A tag is one word. Filters find it: rottui runs --filter tag:WORD.
        """
        from rottui.commands.queueing import Choice
        from rottui.commands.tagging import list_tags, tag

        choice = Choice(runs or (), sweep, state, everything, filter)
        if not (add or remove):
            return list_tags(choice, store)
        return tag(choice, add or (), remove or (), store)

    @app.command()
    def note(
        run: RunName,
        text: Annotated[
            str | None, typer.Argument(metavar="TEXT", help="The notes; - reads them from a pipe.")
        ] = None,
        append: Annotated[
            bool, typer.Option("--append", help="Below what is there; else in its place.")
        ] = False,
        store: Store = None,
    ) -> int:
        """Write notes on a run; without TEXT, print them. An empty TEXT takes them away."""
        from rottui.commands.tagging import note

        return note(run, text, append=append, store=store)
