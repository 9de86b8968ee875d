"""Bad input, one by one: one line that names what was typed, the exit code, and no traceback."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from rottui.commands.devices import missing_device

WRONG_FLAGS = [
    (["--lr", "0"], "--lr: must be above 0, not 0"),
    (["--lr", "-1"], "--lr: must be above 0, not -1"),
    (["--lr", "nan"], "--lr: must be a finite number"),
    (["--lr", "1e9"], "--lr: must be at most 100"),
    (["--lr", "small"], "--lr: must be a number, not 'small'"),
    (["--batch-size", "0"], "--batch-size: must be at least 1, not 0"),
    (["--batch-size", "2.5"], "--batch-size: must be a whole number, not 2.5"),
    (["--epochs", "0"], "--epochs: must be at least 1, not 0"),
    (["--epochs", "many"], "--epochs: must be a whole number, not 'many'"),
    (["--seed", "-1"], "--seed: must be at least 0, not -1"),
    (["--dense-hiddens", ""], "--dense-hiddens: between 1 and 16 layers, not 0"),
    (["--dense-hiddens", "128,0"], "--dense-hiddens: value 2: must be at least 1, not 0"),
    (["--dense-hiddens", "128,wide"], "--dense-hiddens: value 2: must be a whole number"),
    (["--dense-hiddens", "5000"], "--dense-hiddens: value 1: must be at most 4096"),
    (["--n-channels", "16,32"], "--kernel-sizes: 3 values for 2 convolutions"),
    (["--kernel-sizes", "3,3"], "--kernel-sizes: 2 values for 3 convolutions"),
    (["--strides", "1"], "--strides: 1 values for 3 convolutions"),
    (["--network", "cnn", "--strides", "9,1,1"], "--kernel-sizes: convolution 2"),
    (["--network", "cnn", "--strides", "28,1,1"], "--strides: convolution 1 leaves a 1×1"),
    (["--network", "cnn", "--kernel-sizes", "29,3,3"], "--kernel-sizes: value 1: must be at most"),
    (["--network", "rnn"], "--network: must be mlp or cnn, not 'rnn'"),
    (["--activation", "gelu"], "--activation: must be relu, tanh or sigmoid"),
    (["--target", "angle"], "--target: must be scalar or circular"),
    (["--optimizer", "sdg"], "--optimizer: must be adam, adamw, nadam,"),
    (["--loss", "cosine"], "--loss: the cosine loss needs the circular target"),
    (["--momentum", "0.9"], "--momentum: adam has no momentum setting"),
    (
        ["--optimizer", "rprop", "--weight-decay", "0.1"],
        "--weight-decay: rprop has no weight decay",
    ),
    (["--schedule", "linear"], "--schedule: must be constant, cosine or one-cycle"),
    (["--patience", "0"], "--patience: must be at least 1, not 0"),
    (["--device", "tpu"], "--device: must be cpu, cuda or mps"),
    (["--precision", "float16"], "--precision: must be float32, float64 or bf16"),
    (["--train-size", "0"], "--train-size: must be at least 1"),
    (["--test-size", "0"], "--test-size: must be at least 1"),
    (["--angle-min", "400"], "--angle-min: must be at most 360"),
    (["--angle-max", "0"], "--angle-max: must be above angle_min"),
    (["--angle-min", "-90"], "--angle-max: the range of angles is at most 360"),
    (["--data-seed", "-1"], "--data-seed: must be at least 0"),
    (["--data", "nowhere"], "--data: "),
    (["--preset", "seed-rnn"], "--preset: there is no preset 'seed-rnn'"),
    (["--config", "missing.toml"], "--config: cannot read missing.toml"),
    (["--threads", "0"], "--threads: must be at least 1"),
    (["--threads", "x"], "--threads: must be a whole number"),
    (["--name", " "], "--name: must be some printable text"),
    (["--lr", "0", "--epochs", "0"], "--lr: must be above 0, not 0; --epochs: must be at least 1"),
]


@pytest.mark.parametrize(("flags", "words"), WRONG_FLAGS, ids=lambda value: str(value)[:40])
@pytest.mark.parametrize("command", ["train", "sweep"])
def test_a_wrong_flag_is_named_and_nothing_is_queued(
    rottui, folders: Path, command: str, flags: list[str], words: str
) -> None:
    assert words in rottui(command, *flags).refused(2)
    assert not (folders / "store").exists()


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--lrs", "big"], "--lrs: 'big' is not a number"),
        (["--lrs", "0"], "--lrs: must be above 0, not 0"),
        (["--lrs", ""], "--lrs: give values such as 1e-2, 1e-4 or a range"),
        (["--lrs", "1e-3..1e-3"], "--lrs: the range"),
        (["--lrs", "1e-9..1 x20000"], "--lrs: the range"),
        (["--lrs", "1e-3, 500"], "--lrs: must be at most 100"),
        (["--lrs", "1e-3", "--lr", "1e-2"], "--lr: give --lr or --lrs, not both"),
        (["--vary", "batch_size=32..256 x"], "--vary: batch_size: the range 32..256 needs a"),
        (["--vary", "batch_size=0"], "--vary: batch_size: must be at least 1, not 0"),
        (["--vary", "batch_size=32..256"], "--vary: batch_size: the range 32..256 needs a count"),
        (["--vary", "batchsize=32"], "--vary: batchsize: there is no such setting; try batch_size"),
        (["--vary", "32, 64"], "--vary: '32, 64' is no axis; try batch_size=32, 64"),
        (["--vary", "activation=gelu"], "--vary: network.activation: must be relu, tanh or"),
        (["--vary", "momentum=0.9"], "--vary: momentum: 0.9: adam has no momentum setting"),
        (["--vary", "seed=1,2"], "--vary: seed: give seeds apart"),
        (["--vary", "lr=1", "--lrs", "2"], "--vary: lr: is varied twice"),
        (["--vary", "lr=1", "--vary", "lr=2"], "--vary: lr: is varied twice"),
        (
            ["--vary", "activation=relu", "--activation", "tanh"],
            "--activation: give --activation or --vary network.activation, not both",
        ),
        (["--random", "0"], "--random: must be at least 1"),
        (["--random", "many"], "--random: must be a whole number, not 'many'"),
        (["--random", "9"], "--random: there are 3 different settings to draw, not 9"),
        (["--seeds", "many"], "--seeds: 'many' is no seed"),
        (["--seeds", "5..1"], "--seeds: '5..1' is no range"),
        (["--workers", "0"], "--workers: must be at least 1"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_wrong_sweep_flag_is_named(rottui, folders: Path, flags, words) -> None:
    assert words in rottui("sweep", *flags).refused(2)
    assert not (folders / "store").exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("lr = ", "run.toml is not valid TOML"),
        ("lr = 0", "run.toml: lr: must be above 0, not 0"),
        ("rate = 1", "run.toml: rate: there is no such setting"),
        ("network = 'mlp'", "run.toml: network: "),
        ("[network]\nstrides = [1]", "run.toml: network.strides: 1 values for 3"),
        ("[netwrok]\ntype = 'mlp'", "run.toml: netwrok: there is no such setting"),
        ("lr = nan", "run.toml: lr: must be a finite number"),
        ("[sweep]\nlrs = [1e-3]", "run.toml: has a [sweep] table; rottui sweep trains it"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_wrong_file_is_named(rottui, folders: Path, text: str, words: str) -> None:
    (folders / "run.toml").write_text(text)
    assert words in rottui("train", "--config", "run.toml").refused(2)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[sweep]\nlrs = ['x']", "run.toml: sweep.lrs: 'x' is not a number"),
        ("[sweep]\nseeds = 'x'", "run.toml: sweep.seeds: 'x' is no seed"),
        ("[sweep]\nrates = [1]", "run.toml: sweep: a table with lrs, vary, random, seeds"),
        ("sweep = 3", "run.toml: sweep: a table with lrs, vary, random, seeds"),
        ("[sweep]\nvary = 3", "run.toml: sweep.vary: a table such as { batch_size"),
        ("[sweep.vary]\nspeed = [3]", "run.toml: sweep.vary.speed: there is no such setting"),
        ("[sweep.vary]\nlr = [0]", "run.toml: sweep.vary.lr: must be above 0, not 0"),
        ("[sweep]\nlrs = [1]\nvary.lr = [1]", "run.toml: sweep.vary.lr: is varied twice"),
        (
            "[sweep.vary]\nmomentum = [0.5]",
            "run.toml: sweep.vary.momentum: 0.5: adam has no momentum setting",
        ),
        ("[sweep]\nlrs = [1]\nrandom = 2", "run.toml: sweep.random: there are 1 different"),
        ("[sweep]\nrandom = 'x'", "run.toml: sweep.random: must be a whole number"),
    ],
)
def test_a_wrong_sweep_table_is_named(rottui, folders: Path, text: str, words: str) -> None:
    (folders / "run.toml").write_text(text)
    assert words in rottui("sweep", "--config", "run.toml").refused(2)


def test_a_file_that_is_not_text_is_named(rottui, folders: Path) -> None:
    (folders / "run.toml").write_bytes(b"\xff\xfe\x00")
    assert "run.toml is not valid TOML" in rottui("train", "--config", "run.toml").refused(2)


def test_a_flag_mends_what_the_file_alone_could_not(rottui, folders: Path) -> None:
    (folders / "run.toml").write_text("[network]\nn_channels = [4, 8]\nkernel_sizes = [3, 3]")
    assert "run.toml" not in rottui("train", "--config", "run.toml", "--lr", "0").err
    line = rottui("train", "--config", "run.toml", "--strides", "1,1", "--lr", "0").refused(2)
    assert line == "--lr: must be above 0, not 0"


@pytest.mark.parametrize("flag", [["--lr", "1e-3"], ["--name", "x"], ["--preset", "seed-mlp"]])
def test_resume_takes_no_other_config(rottui, flag: list[str]) -> None:
    line = rottui("train", "--resume", "1", *flag).refused(2)
    assert line == f"--resume: a run keeps its config and its name; leave out {flag[0]}"


# ---- the world is not as it should be: exit code 1


def one_image(images: Path) -> Path:
    return sorted((images / "train").iterdir())[0]


def empty_the_test_split(images: Path) -> None:
    shutil.rmtree(images / "test")
    (images / "test").mkdir()


def damage_an_image(images: Path) -> None:
    one_image(images).write_bytes(b"this is no PNG")


def lose_an_angle(images: Path) -> None:
    path = one_image(images)
    path.rename(path.with_name("noangle.png"))


@pytest.mark.parametrize("harm", [empty_the_test_split, damage_an_image, lose_an_angle])
@pytest.mark.parametrize("command", ["train", "sweep"])
def test_bad_images_are_told_in_one_line_and_nothing_is_queued(
    rottui, images: Path, harm, command: str
) -> None:
    harm(images)
    line = rottui(command, "--data", images, "--epochs", "1").refused(1)
    assert "images" in line or ".png" in line
    assert "no runs yet" in rottui("runs").out


def test_a_store_that_cannot_be_written(rottui, images: Path, folders: Path) -> None:
    (folders / "file").write_text("not a folder")
    below = folders / "file" / "store"
    assert "store" in rottui("train", "--data", images, "--store", below).refused(1)
    assert "store" in rottui("train", "--data", images, "--store", below, "--queue").refused(1)


def test_a_file_where_the_store_should_be(rottui, folders: Path) -> None:
    (folders / "file").write_text("not a folder")
    assert "file" in rottui("show", "1", "--store", folders / "file").refused(1)


def test_unknown_runs(rottui, images: Path, folders: Path) -> None:
    assert "no run store" in rottui("show", "3").refused(1)
    assert "no run store" in rottui("train", "--resume", "3").refused(1)
    assert "no run store" in rottui("runs", "--sweep", "3").refused(1)
    assert not (folders / "store").exists()
    rottui("train", "--data", images, "--queue", "--name", "known")
    assert "3" in rottui("show", "3").refused(1)
    assert "nobody" in rottui("show", "nobody").refused(1)
    assert "nobody" in rottui("train", "--resume", "nobody").refused(1)


@pytest.mark.parametrize(
    ("flags", "code", "words"),
    [
        (["--state", "asleep"], 2, "--state: must be one of draft, queued"),
        (["--sort", "colour"], 2, "--sort: must be one of id, name"),
    ],
)
def test_wrong_filters_of_the_list(rottui, flags, code, words) -> None:
    assert words in rottui("runs", *flags).refused(code)


def test_an_unknown_sweep(rottui, images: Path) -> None:
    rottui("sweep", "--data", images, "--name", "mine", "--queue")
    assert "there is no sweep 'yours'; there are: 1 (mine)" in rottui(
        "runs", "--sweep", "yours"
    ).refused(1)


@pytest.mark.parametrize(
    "trouble",
    [
        "ImportError('libtorch.so: cannot open shared object file')",
        "RuntimeError('operator torchvision::nms does not exist')",
        "OSError('libcudart.so.12: cannot open shared object file')",
    ],
)
def test_a_broken_pytorch_is_told_with_its_cure_and_nothing_is_queued(
    rottui, process, images: Path, folders: Path, trouble: str
) -> None:
    (folders / "broken").mkdir()
    (folders / "broken" / "torch.py").write_text(f"raise {trouble}")
    training = process("train", "--data", images, PYTHONPATH=str(folders / "broken"))
    _, err = training.communicate(timeout=60)
    assert training.returncode == 1
    assert err.startswith("rottui: PyTorch cannot be imported (")
    assert err.endswith("pip install --force-reinstall torch torchvision\n")
    assert err.count("\n") == 1
    assert "no runs yet" in rottui("runs").out


@pytest.fixture
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    monkeypatch.setattr("torch.backends.mps.is_available", lambda: False)


@pytest.mark.parametrize("command", ["train", "sweep"])
@pytest.mark.parametrize(("device", "what"), [("cuda", "CUDA device"), ("mps", "Apple GPU")])
def test_a_device_that_is_not_there_is_refused_before_anything_is_stored(
    rottui, images: Path, folders: Path, no_gpu, command: str, device: str, what: str
) -> None:
    line = rottui(command, "--data", images, "--device", device).refused(2)
    assert line == f"--device: PyTorch finds no {what} here; use cpu"
    assert not (folders / "store").exists()


def test_a_device_of_a_file_is_refused_with_its_place(rottui, images, folders, no_gpu) -> None:
    (folders / "run.toml").write_text("device = 'cuda'")
    line = rottui("train", "--data", images, "--config", "run.toml").refused(1)
    assert line.startswith("run.toml: device: PyTorch finds no CUDA device here; ")
    assert not (folders / "store").exists()


def test_a_run_for_another_device_is_queued_but_not_resumed_here(rottui, images, no_gpu) -> None:
    assert rottui("train", "--data", images, "--device", "cuda", "--queue").out == "1\n"
    line = rottui("train", "--resume", "1").refused(1)
    assert line == "run 1 cannot go on: PyTorch finds no CUDA device here"
    assert "queued" in rottui("runs").out


def test_a_device_that_is_there_is_not_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    assert missing_device("cuda") is None
    assert missing_device("cpu") is None
