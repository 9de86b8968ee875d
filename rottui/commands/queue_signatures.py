"""The commands of the queue as they are typed: many runs at once, chosen in one way."""

from __future__ import annotations

from typing import Annotated

import typer

from rottui.commands.signatures import AsJson, Store

Runs = Annotated[
    list[str] | None, typer.Argument(metavar="RUN…", help="Ids, names, or ranges such as 3..9.")
]
Sweep = Annotated[
    str | None, typer.Option("--sweep", metavar="SWEEP", help="All of this sweep or group.")
]
InState = Annotated[str | None, typer.Option("--state", metavar="STATE", help="All in this state.")]
All = Annotated[bool, typer.Option("--all", help="All that can be.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""

    @app.command()
    def pause(
        runs: Runs = None,
        sweep: Sweep = None,
        state: InState = None,
        everything: Annotated[
            bool, typer.Option("--all", help="Pause the queue: nothing is begun any more.")
        ] = False,
        gently: Annotated[
            bool, typer.Option("--gently", help="With --all: let what trains come to its end.")
        ] = False,
        store: Store = None,
    ) -> int:
        """Pause runs at the next batch, or hold queued ones back; --all pauses everything."""
        from rottui.commands.queueing import Choice, ask, pause_everything

        if everything and not (runs or sweep or state):
            return pause_everything(gently=gently, go_on=False, store=store)
        return ask("pause", Choice(runs or (), sweep, state, everything), store)

    @app.command()
    def resume(
        runs: Runs = None,
        sweep: Sweep = None,
        state: InState = None,
        everything: Annotated[
            bool, typer.Option("--all", help="Let the queue go on after pause --all.")
        ] = False,
        store: Store = None,
    ) -> int:
        """Queue paused runs again; they go on where they were."""
        from rottui.commands.queueing import Choice, ask, pause_everything

        if everything and not (runs or sweep or state):
            return pause_everything(gently=False, go_on=True, store=store)
        return ask("resume", Choice(runs or (), sweep, state, everything), store)

    @app.command()
    def enqueue(
        runs: Runs = None, sweep: Sweep = None, everything: All = False, store: Store = None
    ) -> int:
        """Queue drafts (train --draft)."""
        return _ask("enqueue", runs, sweep, None, everything, store)

    @app.command()
    def cancel(
        runs: Runs = None,
        sweep: Sweep = None,
        state: InState = None,
        everything: All = False,
        store: Store = None,
    ) -> int:
        """End runs for good, running ones at the next batch; retry takes it back."""
        return _ask("cancel", runs, sweep, state, everything, store)

    @app.command()
    def retry(
        runs: Runs = None,
        sweep: Sweep = None,
        state: InState = None,
        everything: All = False,
        fresh: Annotated[
            bool, typer.Option("--fresh", help="From the start; else from the last checkpoint.")
        ] = False,
        store: Store = None,
    ) -> int:
        """Queue failed and cancelled runs again, with the same config and seed."""
        from rottui.commands.queueing import Choice
        from rottui.commands.queueing import retry as again

        return again(Choice(runs or (), sweep, state, everything), fresh=fresh, store=store)

    @app.command()
    def delete(
        runs: Runs = None,
        sweep: Sweep = None,
        state: InState = None,
        everything: All = False,
        store: Store = None,
    ) -> int:
        """Put runs into the trash; restore brings them back, purge removes them for good."""
        return _ask("delete", runs, sweep, state, everything, store)

    @app.command()
    def restore(runs: Runs = None, everything: All = False, store: Store = None) -> int:
        """Take runs out of the trash."""
        return _ask("restore", runs, None, None, everything, store)

    @app.command()
    def purge(runs: Runs = None, everything: All = False, store: Store = None) -> int:
        """Remove runs of the trash with their curves and checkpoints, for good."""
        return _ask("purge", runs, None, None, everything, store)

    @app.command()
    def priority(
        runs: Runs = None,
        to: Annotated[
            str | None, typer.Option("--to", metavar="N", help="The priority; it is 0 at first.")
        ] = None,
        by: Annotated[
            str | None, typer.Option("--by", metavar="N", help="Add so much to what each has.")
        ] = None,
        sweep: Sweep = None,
        everything: All = False,
        store: Store = None,
    ) -> int:
        """Train runs before others, or after them: the highest number is first."""
        from rottui.commands.queueing import Choice, prioritise

        choice = Choice(runs or (), sweep, None, everything)
        return prioritise(choice, to=to, by=by, store=store)

    @app.command()
    def wait(
        runs: Runs = None,
        sweep: Sweep = None,
        everything: All = False,
        quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing of each end.")] = False,
        store: Store = None,
    ) -> int:
        """Wait until runs have ended; exits with 0 if all are done, with 1 if one is not."""
        from rottui.commands.queueing import Choice
        from rottui.commands.waiting import wait as stay

        return stay(Choice(runs or (), sweep, None, everything), quiet=quiet, store=store)

    @app.command()
    def group(
        name: Annotated[str, typer.Argument(metavar="SWEEP", help="The sweep or group.")],
        parallel: Annotated[
            str | None,
            typer.Option("--parallel", metavar="N|all", help="Runs of it at the same time."),
        ] = None,
        pause: Annotated[
            bool, typer.Option("--pause", help="Save what trains, begin nothing.")
        ] = False,
        gently: Annotated[
            bool, typer.Option("--pause-gently", help="Begin nothing, let what trains end.")
        ] = False,
        resume: Annotated[bool, typer.Option("--resume", help="Go on.")] = False,
        stop_on_failure: Annotated[
            bool | None,
            typer.Option(
                "--stop-on-failure/--no-stop-on-failure", help="Pause it once a run of it fails."
            ),
        ] = None,
        store: Store = None,
    ) -> int:
        """Say how the runs of a sweep or group are begun; without options, only tell it."""
        from rottui.commands.groups import group as change

        return change(
            name,
            parallel=parallel,
            pause=pause,
            gently=gently,
            resume=resume,
            stop_on_failure=stop_on_failure,
            store=store,
        )

    @app.command()
    def groups(as_json: AsJson = False, store: Store = None) -> int:
        """List sweeps and groups: their runs by state, and how these are begun."""
        from rottui.commands.groups import groups as tell

        return tell(as_json=as_json, store=store)


def _ask(
    verb: str,
    runs: list[str] | None,
    sweep: str | None,
    state: str | None,
    everything: bool,
    store: str | None,
) -> int:
    from rottui.commands.queueing import Choice, ask

    return ask(verb, Choice(runs or (), sweep, state, everything), store)
