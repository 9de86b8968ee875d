"""Downloads from a real server on this machine that goes on, cuts off, or sends something else."""

from __future__ import annotations

import io
import threading
import urllib.error
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from rottui.core.data import download as homes
from rottui.core.data import get_fashion_mnist, get_rotated, load_dataset, source_from, transfer
from rottui.core.data.transfer import download
from rottui.errors import DataError

BODY = np.random.default_rng(0).bytes(700_000)


class Server(ThreadingHTTPServer):
    """What it serves, how it misbehaves, and what it was asked for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.body = BODY
        self.etag: str | None = '"one"'
        self.ranges = True
        self.says_length = True
        self.cut_after: int | None = None
        self.status = 200
        self.lies_about_start = False
        self.stalled = threading.Event()
        self.stalls = False
        self.asked: list[dict[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/file.zip"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def log_message(self, *args: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        here = self.server
        here.asked.append(dict(self.headers))
        if here.stalls:
            here.stalled.wait(30)
            return
        if here.status != 200:
            self.send_error(here.status)
            return
        body, start = here.body, 0
        wanted = self.headers.get("Range")
        current = self.headers.get("If-Range") in (None, here.etag)
        if wanted and here.ranges and current:
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            if start >= len(body):
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(body)}")
                self.end_headers()
                return
            self.send_response(206)
            said = start + 1 if here.lies_about_start else start
            self.send_header("Content-Range", f"bytes {said}-{len(body) - 1}/{len(body)}")
        else:
            self.send_response(200)
        if here.etag:
            self.send_header("ETag", here.etag)
        if here.says_length:
            self.send_header("Content-Length", str(len(body) - start))
        self.end_headers()
        stop = len(body) if here.cut_after is None else start + here.cut_after
        self.wfile.write(body[start:stop])
        self.wfile.flush()


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.stalled.set()
        running.shutdown()
        thread.join()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "downloads" / "file.zip"


def part_of(target: Path) -> Path:
    return target.with_name("file.zip.part")


def cut_download(server: Server, target: Path, after: int = 300_000) -> None:
    """A download that the server cut off."""
    server.cut_after = after
    with pytest.raises(DataError, match="connection ended after 300,000 of 700,000 bytes"):
        download(server.url, target)
    assert part_of(target).stat().st_size == after
    assert not target.exists()
    server.cut_after = None
    server.asked.clear()


def only(target: Path) -> bool:
    """Whether the folder holds the finished file and nothing else."""
    return target.read_bytes() == BODY and list(target.parent.iterdir()) == [target]


def test_a_file_arrives_whole(server: Server, target: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    done = download(server.url, target, progress=lambda have, total: seen.append((have, total)))
    assert done == target
    assert only(target)
    assert seen[0] == (0, 700_000)
    assert seen[-1] == (700_000, 700_000)
    assert seen == sorted(seen)


def test_a_cut_download_goes_on_where_it_stopped(server: Server, target: Path) -> None:
    cut_download(server, target)
    seen: list[tuple[int, int | None]] = []
    download(server.url, target, progress=lambda have, total: seen.append((have, total)))
    assert only(target)
    assert [(asked["Range"], asked["If-Range"]) for asked in server.asked] == [
        ("bytes=300000-", '"one"')
    ]
    assert seen[0] == (300_000, 700_000)


def test_a_part_from_elsewhere_goes_on_too(server: Server, target: Path) -> None:
    target.parent.mkdir()
    part_of(target).write_bytes(BODY[:1000])
    download(server.url, target)
    assert only(target)
    assert server.asked[0]["Range"] == "bytes=1000-"
    assert "If-Range" not in server.asked[0]


def test_a_server_without_ranges_starts_over(server: Server, target: Path) -> None:
    cut_download(server, target)
    server.ranges = False
    download(server.url, target)
    assert only(target)
    assert len(server.asked) == 1


def test_a_file_that_changed_meanwhile_starts_over(server: Server, target: Path) -> None:
    server.body = bytes(len(BODY))
    cut_download(server, target)
    server.body, server.etag = BODY, '"two"'
    download(server.url, target)
    assert only(target)


@pytest.mark.parametrize("body", [BODY[:-5], BODY + b"more"])
def test_a_size_that_changed_meanwhile_starts_over(
    server: Server, target: Path, body: bytes
) -> None:
    server.etag = None
    cut_download(server, target)
    server.body = body
    download(server.url, target)
    assert target.read_bytes() == body
    assert ["Range" in asked for asked in server.asked] == [True, False]


def test_a_server_that_sends_another_part_starts_over(server: Server, target: Path) -> None:
    cut_download(server, target)
    server.lies_about_start = True
    download(server.url, target)
    assert only(target)
    assert ["Range" in asked for asked in server.asked] == [True, False]


def test_a_part_that_was_already_whole_is_finished(server: Server, target: Path) -> None:
    target.parent.mkdir()
    part_of(target).write_bytes(BODY)
    download(server.url, target)
    assert only(target)
    assert len(server.asked) == 1


def test_a_part_that_is_too_long_starts_over(server: Server, target: Path) -> None:
    target.parent.mkdir()
    part_of(target).write_bytes(BODY + b"junk")
    download(server.url, target)
    assert only(target)


def test_another_address_starts_over(server: Server, target: Path) -> None:
    cut_download(server, target)
    download(server.url + "?other", target)
    assert only(target)
    assert "Range" not in server.asked[0]


def test_a_server_that_does_not_say_the_length(server: Server, target: Path) -> None:
    server.says_length = False
    seen: list[tuple[int, int | None]] = []
    download(server.url, target, progress=lambda have, total: seen.append((have, total)))
    assert only(target)
    assert seen[-1] == (700_000, None)


@pytest.mark.parametrize("status", [404, 403, 500])
def test_http_errors_are_told(server: Server, target: Path, status: int) -> None:
    server.status = status
    with pytest.raises(DataError, match=f"answered {status}"):
        download(server.url, target)
    assert not target.exists()


def test_a_web_page_is_told_and_what_was_there_stays(server: Server, target: Path) -> None:
    cut_download(server, target)
    server.body, server.etag = b"<!DOCTYPE html><html>Quota exceeded</html>", None
    with pytest.raises(DataError, match="answers with a web page") as error:
        download(server.url, target)
    assert "--data PATH" in str(error.value)
    assert part_of(target).stat().st_size == 300_000


def test_a_server_that_does_not_answer_is_told(
    server: Server, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "TIMEOUT", 0.2)
    server.stalls = True
    with pytest.raises(DataError, match=r"no answer within 0\.2 seconds"):
        download(server.url, target)


def test_no_network_and_bad_addresses_are_told(target: Path) -> None:
    def offline(request: Any, timeout: float) -> Any:
        raise urllib.error.URLError(OSError(-3, "Temporary failure in name resolution"))

    with pytest.raises(DataError, match="cannot be reached: Temporary failure in name resolution"):
        download("https://example.org/x", target, opener=offline)
    for url in ("ftp://example.org/x", "example.org", "/etc/passwd", "file:///etc/passwd"):
        with pytest.raises(DataError, match="is not an http or https address"):
            download(url, target)
    for url in ("http://", "http://[bad/", "http://127.0.0.1:port/"):
        with pytest.raises(DataError, match=r"cannot be reached|is not an address|nonnumeric port"):
            download(url, target)


def test_a_folder_that_cannot_be_written_is_told(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DataError, match="cannot be written"):
        download(server.url, tmp_path / "file" / "file.zip")


def test_a_refused_file_leaves_nothing_and_replaces_nothing(server: Server, target: Path) -> None:
    target.parent.mkdir()
    target.write_bytes(b"the old one")

    def refuse(path: Path) -> None:
        raise DataError(f"{path} is odd")

    with pytest.raises(DataError, match=r"sent is of no use: the file is odd"):
        download(server.url, target, check=refuse)
    assert target.read_bytes() == b"the old one"
    assert list(target.parent.iterdir()) == [target]


def images_zip(splits: tuple[str, ...] = ("train", "test")) -> bytes:
    out = io.BytesIO()
    picture = io.BytesIO()
    Image.new("L", (28, 28), 50).save(picture, "PNG")
    with zipfile.ZipFile(out, "w") as packed:
        for split in splits:
            for i in range(5):
                packed.writestr(
                    f"rotated_fashion_mnist/{split}/{i}_{i * 10}.png", picture.getvalue()
                )
    return out.getvalue()


def test_the_rotated_images_stay_a_zip_that_can_be_used(server: Server, tmp_path: Path) -> None:
    server.body = images_zip()
    path = get_rotated(tmp_path / "downloads", server.url)
    assert path == tmp_path / "downloads" / "rotated_fashion_mnist.zip"
    assert list(path.parent.iterdir()) == [path]
    config = source_from("rotated", tmp_path / "downloads")
    assert load_dataset(config, tmp_path / "cache").train.angles.tolist() == [0, 10, 20, 30, 40]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (images_zip(("train",)), "has no images in rotated_fashion_mnist/test/"),
        (images_zip()[:-30], "the file is cut short or damaged"),
        (b"not a zip", "the file is not a zip file"),
    ],
)
def test_rotated_images_that_cannot_be_used_are_not_kept(
    server: Server, tmp_path: Path, body: bytes, reason: str
) -> None:
    server.body = body
    with pytest.raises(DataError, match=reason):
        get_rotated(tmp_path, server.url)
    assert list(tmp_path.glob("rotated*")) == []


def test_the_default_address_is_the_experiments_own() -> None:
    assert "id=1NQPmr01eIafQKeH9C9HR0lGuB5z6mhGb" in homes.DEFAULT_URL


@pytest.fixture
def torchvision_import(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Puts a stand-in for ``torchvision.datasets`` in place: its downloads need the internet."""

    def put(module: Any) -> None:
        import sys

        monkeypatch.setitem(sys.modules, "torchvision", module)
        monkeypatch.setitem(sys.modules, "torchvision.datasets", module)

    return put


def test_fashion_mnist_comes_through_torchvision(
    tmp_path: Path, torchvision_import: Callable[[Any], None], capsys: pytest.CaptureFixture[str]
) -> None:
    class FashionMNIST:
        def __init__(self, root: str, download: bool) -> None:
            import sys

            assert download
            raw = Path(root) / "FashionMNIST" / "raw"
            raw.mkdir(parents=True)
            (raw / "train-images-idx3-ubyte").write_bytes(b"12345")
            print("100%|#####| its own bar", file=sys.stderr)

    module = type("datasets", (), {"FashionMNIST": FashionMNIST})
    torchvision_import(module)
    seen: list[tuple[int, int | None]] = []
    folder = get_fashion_mnist(tmp_path, lambda have, total: seen.append((have, total)))
    assert source_from("fashion-mnist", tmp_path).path == str(folder)
    assert seen == [(0, None), (5, 5)]
    assert capsys.readouterr().err == ""


def test_a_torchvision_that_does_not_fit_torch_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import builtins

    real_import = builtins.__import__

    def broken(name: str, *args: Any, **options: Any) -> Any:
        if name.startswith("torchvision"):
            raise RuntimeError("operator torchvision::nms does not exist\nand more lines")
        return real_import(name, *args, **options)

    monkeypatch.setattr(builtins, "__import__", broken)
    with pytest.raises(DataError) as error:
        get_fashion_mnist(tmp_path)
    assert "operator torchvision::nms does not exist" in str(error.value)
    assert "pip install --force-reinstall torch torchvision" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_failed_download_of_fashion_mnist_is_told(
    tmp_path: Path, torchvision_import: Callable[[Any], None]
) -> None:
    def fails(root: str, download: bool) -> None:
        raise RuntimeError("Error downloading train-images-idx3-ubyte.gz")

    torchvision_import(type("datasets", (), {"FashionMNIST": staticmethod(fails)}))
    with pytest.raises(DataError, match="could not be downloaded: Error downloading"):
        get_fashion_mnist(tmp_path)
