"""``rottui data``: what is here, and what a real server on this machine sends."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest


class Silent(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def served(images: Path, folders: Path) -> Iterator[str]:
    """The address of a server that has the images as ``images.zip``, and a web page."""
    root = folders / "served"
    root.mkdir()
    shutil.make_archive(str(root / "images"), "zip", images)
    (root / "page.html").write_text("<!DOCTYPE html><html><body>too many requests</body></html>")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(root))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_fresh_machine_has_the_built_in_garments(rottui, folders: Path) -> None:
    answer = rottui("data", "ls")
    assert answer.code == 0
    rows = {line.split()[0]: line for line in answer.out.splitlines()}
    assert "not here" in rows["rotated"] or "rottui data get rotated" in answer.out
    assert "without --data, runs take garments" in answer.out
    assert str(folders / "data") in answer.out


def test_get_downloads_checks_and_becomes_the_default(rottui, served: str) -> None:
    answer = rottui("data", "get", "rotated", "--url", f"{served}/images.zip")
    assert answer.code == 0, answer.err
    lines = answer.out.splitlines()
    assert lines[0] == "downloading rotated: 0 %"
    assert "downloading rotated: 100 %" in lines
    assert lines[-1].startswith("rotated: 24 + 8 images in ")
    assert "without --data, runs take rotated" in rottui("data", "ls").out
    assert "already there" in rottui("data", "get", "rotated").out


@pytest.mark.parametrize(("path", "words"), [("lost.zip", "404"), ("page.html", "web page")])
def test_a_failed_download_leaves_nothing(rottui, folders: Path, served, path, words) -> None:
    assert words in rottui("data", "get", "rotated", "--url", f"{served}/{path}").refused(1)
    assert not (folders / "data" / "rotated_fashion_mnist.zip").exists()
    assert "without --data, runs take garments" in rottui("data", "ls").out


def test_images_that_cannot_be_used_are_told_in_the_list(rottui, folders: Path) -> None:
    (folders / "data").mkdir()
    (folders / "data" / "rotated_fashion_mnist.zip").write_bytes(b"no zip")
    answer = rottui("data", "ls")
    assert answer.code == 0
    assert "unusable" in answer.out


def test_get_knows_two_sources(rottui) -> None:
    assert "rotated or fashion-mnist, not 'cats'" in rottui("data", "get", "cats").refused(2)


def test_an_address_for_fashion_mnist_is_refused(rottui) -> None:
    answer = rottui("data", "get", "fashion-mnist", "--url", "http://127.0.0.1:1/x")
    assert "--url" in answer.refused(2)
