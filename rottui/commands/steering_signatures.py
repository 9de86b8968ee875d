"""The commands that change runs under way, as they are typed."""

from __future__ import annotations

from typing import Annotated

import typer

from rottui.commands.flags import Typed, takes_run_flags
from rottui.commands.signatures import RunName, RunNames, Store


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""

    @app.command()
    def steer(
        runs: RunNames,
        lr_scale: Annotated[
            str | None,
            typer.Option("--lr-scale", metavar="X", help="Multiply the learning rate by X."),
        ] = None,
        store: Store = None,
    ) -> int:
        """Change the learning rate of runs under way, from their next batch on.

        A run that waits takes it when it goes on. However often a run is stopped or killed, it goes
        through the very same rates.
        """
        from rottui.commands.steering import steer

        return steer(runs, lr_scale=lr_scale, store=store)

    @app.command()
    def checkpoint(runs: RunNames, store: Store = None) -> int:
        """Save running runs now, at the batch that they are at."""
        from rottui.commands.steering import checkpoint

        return checkpoint(runs, store=store)

    @app.command()
    def extend(
        runs: RunNames,
        epochs: Annotated[
            str | None, typer.Option("--epochs", metavar="N", help="So many epochs more.")
        ] = None,
        store: Store = None,
    ) -> int:
        """Train done runs further, as if they had been planned longer from the start.

        Runs whose schedule depends on the number of epochs, or that ended early, are refused: fork
        them.
        """
        from rottui.commands.steering import extend

        return extend(runs, epochs=epochs, store=store)

    @app.command()
    @takes_run_flags
    def fork(
        typed: Typed,
        run: RunName,
        checkpoint: Annotated[
            str | None,
            typer.Option("--checkpoint", metavar="last|best|previous", help="Else the last one."),
        ] = None,
        name: Annotated[str | None, typer.Option("--name", help="Name of the new run.")] = None,
        store: Store = None,
    ) -> int:
        """Queue a run that goes on from a checkpoint of another one, with other settings.

        Takes the flags of train; what the flags do not name is as in RUN. Network, target, loss,
        images, batch size and precision cannot change. Another optimizer starts afresh.
        """
        from rottui.commands.steering import fork

        return fork(typed, run, checkpoint=checkpoint, name=name, store=store)
