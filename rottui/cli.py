"""The commands: what they are called and what they take. Each imports its code when it runs.

Exit codes: 0 done, 1 failed, 2 wrong usage, 128 + n ended by signal n.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from rottui.commands import (
    queue_signatures,
    steering_signatures,
    store_signatures,
    tagging_signatures,
)
from rottui.commands.flags import Typed, takes_run_flags
from rottui.commands.signatures import AsJson, RunName, RunNames, Store

app = typer.Typer(
    name="rottui",
    rich_markup_mode=None,  # plain help: twice as quick, and the same on a pipe
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
data_app = typer.Typer(rich_markup_mode=None, no_args_is_help=False)
app.add_typer(data_app, name="data", help="See which images there are, and download others.")

app.add_typer(
    store_signatures.store_app, name="store", help="Check, copy, repair and tidy the run store."
)

Workers = Annotated[
    str | None, typer.Option("--workers", metavar="N", help="Runs at the same time.")
]
Threads = Annotated[
    str | None,
    typer.Option("--threads", metavar="N", help="Threads of each run; else the cores, shared."),
]
Queue = Annotated[
    bool, typer.Option("--queue", help="Only queue, for a screen to train; print the ids.")
]
Draft = Annotated[
    bool, typer.Option("--draft", help="Only keep, for rottui enqueue; print the ids.")
]
After = Annotated[
    list[str] | None,
    typer.Option("--after", metavar="RUN", help="With --queue: once this is done; repeatable."),
]
Priority = Annotated[
    str | None, typer.Option("--priority", metavar="N", help="Higher ones are trained first.")
]
Group = Annotated[
    str | None, typer.Option("--group", metavar="NAME", help="Group that the run joins.")
]


@app.callback(invoke_without_command=True)
def rottui(
    ctx: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    debug: Annotated[  # taken out of the arguments by main(), wherever it stands
        bool, typer.Option("--debug", help="Show tracebacks; after any command, too.")
    ] = False,
) -> None:
    """Train, sweep and watch small networks that read the angle of a garment image."""
    if version:
        from rottui import __version__

        typer.echo(f"rottui {__version__}")
        raise typer.Exit(0)
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())
        raise typer.Exit(2)


@app.command()
def launch(
    store: Store = None,
    data: Annotated[
        str | None, typer.Option("--data", metavar="SOURCE|PATH", help="Images of the form.")
    ] = None,
    workers: Workers = None,
    theme: Annotated[str | None, typer.Option("--theme", metavar="NAME", help="Colours.")] = None,
    once: Annotated[
        bool, typer.Option("--once", help="Print one frame, train nothing, and exit.")
    ] = False,
) -> int:
    """Open the screen: form, queue, curves, equivariance maps and images."""
    from rottui.commands import launch as launching

    if once:
        return launching.once(store=store, data=data, theme=theme)
    from rottui.commands.launch import launch

    return launch(store=store, data=data, workers=workers, theme=theme)


@app.command()
@takes_run_flags
def train(
    typed: Typed,
    name: Annotated[str | None, typer.Option("--name", help="Name of the run.")] = None,
    resume: Annotated[
        str | None, typer.Option("--resume", metavar="RUN", help="Go on with a run.")
    ] = None,
    queue: Queue = False,
    draft: Draft = False,
    after: After = None,
    priority: Priority = None,
    group: Group = None,
    threads: Threads = None,
    store: Store = None,
) -> int:
    """Train one run here, to its end.

    A flag wins over the config file, the file over the preset, the preset over the defaults.
    Ctrl+C saves the run; --resume goes on at that very batch.
    """
    from rottui.commands import training
    from rottui.commands.queue_place import queue_place

    place = queue_place(queue, draft, after or (), priority, group)
    if resume is not None:
        return training.resume(typed, resume, name, place, threads, store)
    return training.train(typed, name, place, threads, store)


@app.command()
@takes_run_flags
def sweep(
    typed: Typed,
    lrs: Annotated[
        str | None,
        typer.Option("--lrs", metavar="RATES", help='"1e-2, 1e-4, 1e-8" or "1e-5..1e-1 x9".'),
    ] = None,
    vary: Annotated[
        list[str] | None,
        typer.Option(
            "--vary",
            metavar="SETTING=VALUES",
            help='"batch_size=32..256 x4", "network.activation=relu,tanh"; repeatable.',
        ),
    ] = None,
    random: Annotated[
        str | None,
        typer.Option("--random", metavar="N", help="Draw N settings, not the grid of all."),
    ] = None,
    seeds: Annotated[
        str | None, typer.Option("--seeds", metavar="SEEDS", help='"1, 2, 3", "1..5" or "x3".')
    ] = None,
    halving: Annotated[
        bool, typer.Option("--halving", help="Train only the best ones on, rung by rung.")
    ] = False,
    eta: Annotated[
        str | None, typer.Option("--eta", metavar="N", help="One run in N goes on; else in 3.")
    ] = None,
    min_epochs: Annotated[
        str | None,
        typer.Option("--min-epochs", metavar="N", help="First rung; else as late as fits."),
    ] = None,
    rungs: Annotated[
        str | None, typer.Option("--rungs", metavar="N", help="Rungs; else until one is left.")
    ] = None,
    name: Annotated[str | None, typer.Option("--name", help="Name of the sweep.")] = None,
    queue: Queue = False,
    draft: Draft = False,
    after: After = None,
    priority: Priority = None,
    workers: Workers = None,
    threads: Threads = None,
    store: Store = None,
) -> int:
    """Train runs that differ in learning rates, other settings or seeds, and compare them.

    Takes the flags of train. Ctrl+C saves the runs; rottui launch goes on with them. With
    --halving the runs wait at 1/9, 1/3, … of their epochs, and the best third of each goes on.
    """
    from rottui.commands import training
    from rottui.commands.halving import typed_halving
    from rottui.commands.queue_place import queue_place
    from rottui.commands.sweep_flags import TypedSweep

    varied = TypedSweep(lrs, vary or (), random, seeds)
    halved = typed_halving(halving, eta, min_epochs, rungs)
    place = queue_place(queue, draft, after or (), priority, None)
    return training.sweep(typed, varied, halved, name, place, workers, threads, store)


@app.command("lr-range")
@takes_run_flags
def lr_range(
    typed: Typed,
    low: Annotated[
        str | None, typer.Option("--from", metavar="X", help="Lowest rate; else 1e-7.")
    ] = None,
    high: Annotated[
        str | None, typer.Option("--to", metavar="X", help="Highest rate; else 10.")
    ] = None,
    steps: Annotated[
        str | None, typer.Option("--steps", metavar="N", help="Steps of each seed; else 500.")
    ] = None,
    seeds: Annotated[
        str | None, typer.Option("--seeds", metavar="SEEDS", help='"1, 2, 3", "1..5"; else "x3".')
    ] = None,
    threads: Annotated[
        str | None, typer.Option("--threads", metavar="N", help="Threads; else the cores.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Find the learning rate: raise it step by step, and see where the loss falls.

    Takes the flags of train; the rate and its schedule play no part. Nothing is stored.
    """
    from rottui.commands.lr_range import lr_range

    return lr_range(typed, low, high, steps, seeds, threads, as_json)


@app.command()
def work(
    workers: Workers = None,
    threads: Threads = None,
    until_empty: Annotated[
        bool, typer.Option("--until-empty", help="End when nothing is left; else wait for more.")
    ] = False,
    ready_fd: Annotated[str | None, typer.Option("--ready-fd", hidden=True)] = None,
    store: Store = None,
) -> int:
    """Train the queue without a screen, one line per event.

    Ctrl+C and SIGTERM save the runs and put them back into the queue. When the terminal vanishes,
    training goes on. With --until-empty it exits with 1 if a run failed meanwhile.
    """
    from rottui.commands.work import work

    return work(
        workers=workers, threads=threads, until_empty=until_empty, ready_fd=ready_fd, store=store
    )


@app.command("verify-resume")
@takes_run_flags
def verify_resume(
    typed: Typed,
    kills: Annotated[
        str | None, typer.Option("--kills", metavar="N", help="Kill it so often; else once.")
    ] = None,
    threads: Annotated[
        str | None, typer.Option("--threads", metavar="N", help="Threads of the run; else 1.")
    ] = None,
) -> int:
    """Prove here that a killed run goes on to the same bits. Takes the flags of train.

    Trains a run twice in a temporary store, once with SIGKILL at random moments; exits with 1 if
    curve or weights differ.
    """
    from rottui.commands.verify_resume import verify_resume

    return verify_resume(typed, kills, threads)


@app.command()
def runs(
    state: Annotated[
        str | None, typer.Option("--state", metavar="STATE", help="Only runs in this state.")
    ] = None,
    sweep: Annotated[
        str | None, typer.Option("--sweep", metavar="SWEEP", help="Only runs of this sweep.")
    ] = None,
    filter: Annotated[
        str | None,
        typer.Option("--filter", metavar="FILTER", help="Such as 'lr>=1e-3 -tag:old | cnn'."),
    ] = None,
    sort: Annotated[
        str | None,
        typer.Option("--sort", metavar="COLUMN", help="Such as test_mae; else in queue order."),
    ] = None,
    trash: Annotated[bool, typer.Option("--trash", help="Those in the trash instead.")] = False,
    every: Annotated[
        bool, typer.Option("--all", help="All, also where they are too many for a terminal.")
    ] = False,
    as_json: AsJson = False,
    store: Store = None,
) -> int:
    """List the runs of the store, and how good they are."""
    from rottui.commands.runs import runs

    return runs(
        state=state,
        sweep=sweep,
        filter=filter,
        sort=sort,
        trash=trash,
        every=every,
        as_json=as_json,
        store=store,
    )


queue_signatures.register(app)
tagging_signatures.register(app)


@app.command()
def status(as_json: AsJson = False, store: Store = None) -> int:
    """Tell who trains, where and what, and how the queue stands."""
    from rottui.commands.status import status

    return status(as_json=as_json, store=store)


@app.command()
def sweeps(as_json: AsJson = False, store: Store = None) -> int:
    """List the sweeps of the store: what they vary, and how far their runs are."""
    from rottui.commands.sweeps import sweeps

    return sweeps(as_json=as_json, store=store)


@app.command()
def leaderboard(
    sweep: Annotated[str, typer.Argument(metavar="SWEEP", help="The sweep's id, or its name.")],
    by: Annotated[
        str | None,
        typer.Option("--by", metavar="METRIC", help="Such as test_mae; else test circular MAE."),
    ] = None,
    as_json: AsJson = False,
    store: Store = None,
) -> int:
    """Compare the settings of a sweep over their seeds, best first.

    Behind is the mean difference to the best setting's runs of the same seeds; best is the metric
    at the lowest test loss.
    """
    from rottui.commands.sweeps import leaderboard

    return leaderboard(sweep, by=by, as_json=as_json, store=store)


@app.command()
def show(
    run: RunName,
    epochs: Annotated[bool, typer.Option("--epochs", help="Show every epoch.")] = False,
    toml: Annotated[bool, typer.Option("--toml", help="Only the config, for --config.")] = False,
    as_json: AsJson = False,
    store: Store = None,
) -> int:
    """Show one run: config, state, times, metrics, checkpoints and curve."""
    from rottui.commands.runs import show

    return show(run, every_epoch=epochs, toml=toml, as_json=as_json, store=store)


@app.command()
def follow(
    run: RunName,
    new: Annotated[
        bool, typer.Option("--new", help="Only what happens from now on, not what has.")
    ] = False,
    store: Store = None,
) -> int:
    """Tell of one run a plain line at a time, until it ends: for pipes and screen readers.

    Ctrl+C ends the telling, not the run. Exits with 1 if the run fails or is cancelled.
    """
    from rottui.commands.following import follow

    return follow(run, new=new, store=store)


@app.command()
def predict(
    run: RunName,
    files: Annotated[
        list[str] | None, typer.Argument(metavar="FILE", help="More image files.")
    ] = None,
    image: Annotated[
        list[str] | None,
        typer.Option("--image", metavar="FILE", help="Read the angle of this image; repeatable."),
    ] = None,
    checkpoint: Annotated[
        str | None,
        typer.Option("--checkpoint", metavar="best|last", help="Else the best that there is."),
    ] = None,
    split: Annotated[
        str | None, typer.Option("--split", metavar="test|train", help="Whose errors; else test.")
    ] = None,
    worst: Annotated[
        str | None, typer.Option("--worst", metavar="N", help="List so many images; else 5.")
    ] = None,
    as_json: AsJson = False,
    store: Store = None,
) -> int:
    """Show how far off a run's network is, or the angles it reads in image files.

    Without files: errors over the run's test split, by size, by angle and by class. Images are
    light garments on black; another size or mode is made to fit, and that is said.
    """
    from rottui.commands.predict import predict

    return predict(
        run,
        [*(image or ()), *(files or ())],
        checkpoint=checkpoint,
        split=split,
        worst=worst,
        as_json=as_json,
        store=store,
    )


@app.command()
def compare(
    runs: RunNames,
    as_json: AsJson = False,
    store: Store = None,
) -> int:
    """Compare runs: what differs, metrics, and whether a difference is real.

    Their best checkpoints read the same test images, and images (and seeds, where there are
    several) are drawn anew many times over. Runs that differ in the seed alone count as one side.
    """
    from rottui.commands.compare import compare

    return compare(runs, as_json=as_json, store=store)


@app.command()
def doctor(
    keys: Annotated[
        bool, typer.Option("--keys", help="Instead: every action, by its name for config.toml.")
    ] = False,
    press: Annotated[
        bool, typer.Option("--press", help="Instead: the name of each key that you press.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Tell what this terminal can do, what is wrong with the settings, and how to mend it.

    Exits with 1 if something does not work before it is mended.
    """
    from rottui.commands.doctor import doctor

    return doctor(keys=keys, press=press, as_json=as_json)


@app.command()
def bench(
    network: Annotated[
        str, typer.Option("--network", metavar="mlp|cnn", help="The experiment's network.")
    ] = "mlp",
    data: Annotated[
        str | None, typer.Option("--data", metavar="SOURCE|PATH", help="Images to train on.")
    ] = None,
    epochs: Annotated[
        str | None, typer.Option("--epochs", metavar="N", help="Epochs of each run.")
    ] = None,
    repeats: Annotated[
        str | None, typer.Option("--repeats", metavar="N", help="Runs of each contender.")
    ] = None,
    threads: Annotated[
        str | None,
        typer.Option("--threads", metavar="N", help="Of all that is measured; else PyTorch's own."),
    ] = None,
    train_size: Annotated[
        str | None, typer.Option("--train-size", metavar="N", help="Images of the train split.")
    ] = None,
    test_size: Annotated[
        str | None, typer.Option("--test-size", metavar="N", help="Images of the test split.")
    ] = None,
    device: Annotated[
        str | None, typer.Option("--device", metavar="cpu|cuda|mps", help="Where to train.")
    ] = None,
    sweep: Annotated[
        bool, typer.Option("--sweep/--no-sweep", help="Measure the sweep of three lrs, too.")
    ] = True,
    peers: Annotated[
        bool,
        typer.Option("--peers/--no-peers", help="Measure Lightning and skorch, if installed."),
    ] = True,
    profile: Annotated[
        bool, typer.Option("--profile", help="Instead: where the time of an epoch goes.")
    ] = False,
    data_loading: Annotated[
        bool, typer.Option("--data-loading", help="Instead: how long reading a zip takes.")
    ] = False,
    screen: Annotated[
        bool, typer.Option("--screen", help="Instead: what the open app costs a sweep.")
    ] = False,
    ui: Annotated[bool, typer.Option("--ui", help="Instead: how quick the screen is.")] = False,
    as_json: AsJson = False,
) -> int:
    """Measure training on this machine against the experiment's notebook loop.

    The contenders take turns; it is checked that they compute the same.
    """
    from rottui.commands.bench import Asked
    from rottui.commands.bench import bench as measure

    return measure(
        Asked(
            network=network,
            data=data,
            epochs=epochs,
            repeats=repeats,
            threads=threads,
            train_size=train_size,
            test_size=test_size,
            device=device,
            sweep=sweep,
            peers=peers,
            profile=profile,
            data_loading=data_loading,
            screen=screen,
            ui=ui,
            as_json=as_json,
        )
    )


steering_signatures.register(app)


@data_app.command("ls")
def data_ls() -> int:
    """List the sources of images, and which of them are on this machine."""
    from rottui.commands.data import ls

    return ls()


@data_app.command("get")
def data_get(
    source: Annotated[str, typer.Argument(metavar="rotated|fashion-mnist")],
    url: Annotated[
        str | None, typer.Option("--url", metavar="URL", help="Where from, if not from its home.")
    ] = None,
) -> int:
    """Download images."""
    from rottui.commands.data import get

    return get(source, url=url)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that ``argv`` (else the program's arguments) names; its exit code."""
    args = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in args
    args = [arg for arg in args if arg != "--debug"]
    command = typer.main.get_command(app)
    if isinstance(sys.stdout, io.TextIOWrapper):  # an ASCII terminal gets ? for what it lacks
        sys.stdout.reconfigure(errors="replace")
    try:
        code = command.main(args, prog_name="rottui", standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of a pipe has left, as head does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (Exception, KeyboardInterrupt) as error:
        if debug:
            raise
        from rottui.commands.usage import report

        return report(error)
    return code if isinstance(code, int) else 0
