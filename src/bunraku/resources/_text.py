"""Configuration files of lines, edited in place: what is not managed stays as it is, byte for byte."""

from __future__ import annotations

import os

from bunraku.resources.base import ResourceError
from bunraku.system import files

ENCODING = ("utf-8", "surrogateescape")
"""Bytes that are not UTF-8 survive being read and written."""


def read_lines(path: str) -> list[str]:
    """The lines of a file, or of what a link there leads to, without their ends; none where there is no file.

    Raises OSError.
    """
    try:
        with open(files.open_to_read(path, follow=True), "rb") as file:
            return file.read().decode(*ENCODING).splitlines()
    except FileNotFoundError:
        return []


def write_lines(
    path: str, lines: list[str], *, mode: int = 0o644, uid: int | None = None, gid: int | None = None
) -> None:
    """Replace a file by `lines`; mode and owner are for a new one. Raises OSError, and ResourceError without a folder.

    A symbolic link is followed: the file that it leads to is the one that is in use.
    """
    folder = os.path.dirname(path)
    if not os.path.isdir(folder):
        raise ResourceError(f"Cannot write {path}; parent directory {folder} does not exist")
    new = not os.path.exists(path)
    content = "".join(f"{line}\n" for line in lines).encode(*ENCODING)
    files.replace(
        path, content, mode=mode if new else None, uid=uid if new else None, gid=gid if new else None, follow=True
    )
