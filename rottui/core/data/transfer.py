"""Downloads that go on where they were cut off, and leave whole, checked files or none.

A download grows in ``<name>.part`` beside its target, with what the server said about it in
``<name>.part.json``; the finished file is flushed to disk, checked, and renamed.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rottui.core.data.archive import looks_like_html
from rottui.errors import DataError

DownloadProgress = Callable[[int, int | None], None]
"""Called with the bytes there are and, where the server told it, the bytes there will be."""

TIMEOUT = 30.0
"""Seconds without an answer or without a byte."""

_CHUNK = 1 << 18
_RANGE = re.compile(r"bytes (?:(\d+)-\d+|\*)/(\d+|\*)")


@dataclass(frozen=True, slots=True)
class _Begun:
    """What is known of the file that a ``.part`` is the beginning of."""

    url: str
    validator: str | None = None
    """A strong ETag or a date, for ``If-Range``."""
    total: int | None = None


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a server is about to send."""

    start: int
    """The first byte's place in the file: 0 if the server does not go on from where we were."""
    begun: _Begun


def download(
    url: str,
    target: Path,
    *,
    progress: DownloadProgress | None = None,
    check: Callable[[Path], None] | None = None,
    opener: Callable[..., Any] = urllib.request.urlopen,
) -> Path:
    """Fetch ``url`` into the file ``target``; a cut-off download goes on where it stopped.

    ``check`` is given the whole file before it gets its name, and may refuse it with a DataError;
    it is deleted then. ``opener`` is called as ``urllib.request.urlopen`` is.

    Raises:
        DataError: not http(s), no network, an HTTP error, a timeout, a web page where a file was
            expected, a connection that ended early (what came is kept), or a full disk.
    """
    if not url.lower().startswith(("http://", "https://")):
        raise DataError(f"{url} is not an http or https address")
    part = target.with_name(target.name + ".part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _fetch(url, part, progress or _silent, opener)
        if check is not None:
            _checked(part, url, check)
        os.replace(part, target)
        _about(part).unlink(missing_ok=True)
    except urllib.error.HTTPError as error:
        error.close()
        raise DataError(f"{url} answered {error.code} {error.reason}") from None
    except urllib.error.URLError as error:
        raise DataError(f"{url} cannot be reached: {_reason(error)}") from None
    except (TimeoutError, ConnectionError, ssl.SSLError, http.client.HTTPException) as error:
        raise DataError(f"{url}: {_reason(error)}; run it again to go on from there") from None
    except OSError as error:
        raise DataError(f"{target} cannot be written: {_reason(error)}") from None
    except ValueError as error:
        raise DataError(f"{url} is not an address: {error}") from None
    return target


def _fetch(url: str, part: Path, progress: DownloadProgress, opener: Callable[..., Any]) -> None:
    """Bring ``part`` to its full length, asking once more from the start if need be."""
    begun = _read_about(part, url)
    have = part.stat().st_size if part.exists() else 0
    if begun.total is not None and have > begun.total:
        have = 0
    try:
        response = opener(_request(url, have, begun), timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        if error.code != 416 or not have:
            raise
        error.close()
        if _total(error.headers.get("Content-Range")) == have:
            return  # nothing is missing
        response = opener(_request(url, 0, begun), timeout=TIMEOUT)
    with response:
        answer = _read_answer(response, url, have, begun)
        if answer is not None:
            _receive(response, part, answer, progress)
            return
    with opener(_request(url, 0, begun), timeout=TIMEOUT) as response:
        fresh = _read_answer(response, url, 0, begun)
        if fresh is None:
            raise DataError(f"{url} answers with another part of the file than was asked for")
        _receive(response, part, fresh, progress)


def _request(url: str, have: int, begun: _Begun) -> urllib.request.Request:
    headers = {"User-Agent": "rottui", "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
        if begun.validator:
            headers["If-Range"] = begun.validator
    return urllib.request.Request(url, headers=headers)


def _read_answer(response: Any, url: str, have: int, begun: _Begun) -> _Answer | None:
    """What the server sends; None if it is a part that does not continue the one we have."""
    headers = response.headers
    etag = headers.get("ETag")
    validator = headers.get("Last-Modified") if not etag or etag.startswith("W/") else etag
    if response.status != 206:
        length = headers.get("Content-Length", "")
        total = int(length) if length.isdecimal() else None
        return _Answer(0, _Begun(url, validator, total))
    match = _RANGE.fullmatch(headers.get("Content-Range", ""))
    total = _total(headers.get("Content-Range"))
    continues = match is not None and match[1] is not None and int(match[1]) == have
    if not continues or (begun.total is not None and total != begun.total):
        return None
    return _Answer(have, _Begun(url, validator, total))


def _receive(response: Any, part: Path, answer: _Answer, progress: DownloadProgress) -> None:
    url, total = answer.begun.url, answer.begun.total
    have = answer.start
    chunk = _read(response)
    if have == 0 and looks_like_html(chunk):
        raise DataError(
            f"{url} answers with a web page, not with a file (Google Drive does so when a file is "
            "in great demand); try later, or get it with a browser and use --data PATH"
        )
    _about(part).write_text(json.dumps(asdict(answer.begun)))
    with part.open("ab" if have else "wb") as file:
        progress(have, total)
        while chunk:
            file.write(chunk)
            have += len(chunk)
            progress(have, total)
            chunk = _read(response)
        file.flush()
        os.fsync(file.fileno())
    if total is not None and have != total:
        raise DataError(
            f"{url}: the connection ended after {have:,} of {total:,} bytes; run it again to go on "
            "from there"
        )


def _read(response: Any) -> bytes:
    """The bytes that are there, at least one; none at the end, also when that came too early."""
    try:
        data: bytes = response.read1(_CHUNK)
    except http.client.IncompleteRead as error:
        return error.partial
    return data


def _checked(part: Path, url: str, check: Callable[[Path], None]) -> None:
    try:
        check(part)
    except DataError as error:
        part.unlink(missing_ok=True)
        _about(part).unlink(missing_ok=True)
        reason = str(error).replace(str(part), "the file")
        raise DataError(f"what {url} sent is of no use: {reason}") from None


def _about(part: Path) -> Path:
    return part.with_name(part.name + ".json")


def _read_about(part: Path, url: str) -> _Begun:
    """What was noted when the ``.part`` began; if that was another address, it is not ours."""
    try:
        noted = _Begun(**json.loads(_about(part).read_bytes()))
    except (OSError, ValueError, TypeError):
        return _Begun(url)
    if noted.url != url:
        part.unlink(missing_ok=True)
        return _Begun(url)
    return noted


def _total(content_range: str | None) -> int | None:
    match = _RANGE.fullmatch(content_range or "")
    return int(match[2]) if match and match[2] != "*" else None


def _reason(error: BaseException) -> str:
    if isinstance(error, urllib.error.URLError) and isinstance(error.reason, BaseException):
        error = error.reason
    if isinstance(error, TimeoutError):
        return f"no answer within {TIMEOUT:g} seconds"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__


def _silent(have: int, total: int | None) -> None:
    """The progress that nobody watches."""
