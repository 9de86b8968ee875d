"""Zip files read in place: nothing is unpacked to disk, nothing unsafe or damaged gets through."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from pathlib import Path

from rottui.errors import DataError

MAX_MEMBERS = 1_000_000
MAX_BYTES = 2 * 2**30
"""Of the file, and of its members when unpacked."""

_LOCAL_HEADER = struct.Struct("<4s22xHH")


class Archive:
    """The members of a zip file, whose bytes are held in memory.

    Raises:
        DataError: not a zip file, cut short, encrypted, too large, or with a member that would
            leave the folder it were unpacked to.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.data = _file_bytes(path)
        self._members = {
            _clean(member.filename): member
            for member in self._listed()
            if not member.filename.endswith("/")
        }

    @property
    def names(self) -> list[str]:
        """Relative paths of all files, with ``/`` between folders."""
        return list(self._members)

    def read(self, name: str) -> bytes:
        """The bytes of one member, checked against its CRC.

        Raises:
            DataError: the member is damaged.
        """
        member = self._members[name]
        start = member.header_offset
        try:
            signature, name_length, extra_length = _LOCAL_HEADER.unpack_from(self.data, start)
            start += _LOCAL_HEADER.size + name_length + extra_length
            raw = self.data[start : start + member.compress_size]
            if member.compress_type == zipfile.ZIP_DEFLATED:
                # Never more than was announced, whatever the bytes would unfold to.
                raw = zlib.decompressobj(-zlib.MAX_WBITS).decompress(raw, member.file_size + 1)
        except (struct.error, zlib.error):
            raise self._damaged(name) from None
        whole = signature == b"PK\x03\x04" and len(raw) == member.file_size
        if not whole or zlib.crc32(raw) != member.CRC:
            raise self._damaged(name)
        return raw

    def _damaged(self, name: str) -> DataError:
        return DataError(f"{name} in {self.path} is damaged; get the file again")

    def _listed(self) -> list[zipfile.ZipInfo]:
        try:
            with zipfile.ZipFile(io.BytesIO(self.data)) as opened:
                members = opened.infolist()
        except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error, OSError):
            raise _not_a_zip(self.path, self.data) from None
        if len(members) > MAX_MEMBERS:
            raise DataError(f"{self.path} has {len(members):,} members; at most {MAX_MEMBERS:,}")
        if sum(member.file_size for member in members) > MAX_BYTES:
            raise DataError(f"{self.path} would unpack to more than {MAX_BYTES / 2**30:g} GiB")
        for member in members:
            self._check(member)
        return members

    def _check(self, member: zipfile.ZipInfo) -> None:
        name = _clean(member.filename)
        parts = name.split("/")
        if name.startswith("/") or ".." in parts or ":" in parts[0]:
            raise DataError(f"{self.path} has a member outside its folder, {member.filename!r}")
        if stat.S_ISLNK(member.external_attr >> 16):
            raise DataError(f"{self.path} has a symbolic link, {member.filename!r}; none are read")
        if member.flag_bits & 1:
            raise DataError(f"{self.path} is encrypted; unpack it and give the folder")
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise DataError(
                f"{member.filename} in {self.path} is packed in a way that is not read here; "
                "unpack the file and give the folder"
            )


def _file_bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise DataError(f"{path} is larger than {MAX_BYTES / 2**30:g} GiB")
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from None


def _clean(name: str) -> str:
    return name.replace("\\", "/")


def _not_a_zip(path: Path, data: bytes) -> DataError:
    if not data:
        return DataError(f"{path} is empty")
    if data.startswith(b"PK"):
        return DataError(f"{path} is cut short or damaged; get the file again")
    if looks_like_html(data):
        return DataError(f"{path} is a web page, not a zip file; get the file again")
    return DataError(f"{path} is not a zip file")


def looks_like_html(data: bytes) -> bool:
    """Whether these first bytes of a file are those of a web page."""
    start = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<!doctype html", b"<html", b"<head", b"<!--"))
