"""Where a file comes from: a module's `files/`, a path of this host, a web server."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from bunraku.resources.base import ResourceError
from bunraku.resources.file.content import Content

DEADLINE = 60.0
"""Seconds without an answer from a web server."""

CHECKSUM_HEADERS = {"X-Checksum-Sha256": "sha256", "X-Checksum-Sha1": "sha1", "X-Checksum-Md5": "md5"}


class Source(NamedTuple):
    """One thing that a file can be made from.

    kind: file, directory or link. path: where it is on this host ("" for the web). target: where a link leads.
    checksum: algorithm and digest that the server told, if it did. url: for messages and children. status: of what is
    on this host.
    """

    url: str
    kind: str
    path: str = ""
    content: Content | None = None
    target: str | None = None
    checksum: tuple[str, str] | None = None
    modified: float = 0.0
    status: os.stat_result | None = None


def check(url: Any) -> str:
    """A source as the code gives it. Raises ValueError for what cannot be one."""
    if isinstance(url, str):
        if url.startswith("/"):
            return url.rstrip("/") or "/"
        if urlsplit(url).scheme in ("puppet", "file", "http", "https"):
            return url.rstrip("/")
    raise ValueError(f"Cannot use relative URLs '{url}': a source is a path, or a puppet, file, http or https URL")


def first(urls: list[str], find: Callable[[str], Path | None], *, follow: bool) -> Source:
    """The first of `urls` that there is. find: looks a puppet URL up. Raises ResourceError where there is none."""
    for url in urls:
        found = locate(url, find, follow=follow)
        if found is not None:
            return found
    raise ResourceError(f"Could not retrieve information from source(s) {', '.join(urls)}: it is not there")


def locate(url: str, find: Callable[[str], Path | None], *, follow: bool) -> Source | None:
    """What is at `url`, or None. follow: take what a link leads to for the link. Raises ResourceError."""
    scheme = "" if url.startswith("/") else urlsplit(url).scheme
    if scheme in ("http", "https"):
        return _from_web(url)
    if scheme == "puppet":
        path = find(url)
        if path is None:
            return None
        # A link in a module is followed: what it leads to is what the module offers.
        return _on_host(url, str(path), follow=follow)
    return _on_host(url, unquote(urlsplit(url).path) if scheme else url, follow=follow)


def _on_host(url: str, path: str, *, follow: bool) -> Source | None:
    try:
        status = os.stat(path) if follow else os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    if stat.S_ISDIR(status.st_mode):
        return Source(url, "directory", path, status=status)
    if stat.S_ISLNK(status.st_mode):
        return Source(url, "link", path, target=os.readlink(path))
    if not stat.S_ISREG(status.st_mode):
        raise ResourceError(f"The source {url} is neither a file, a folder nor a link")
    content = Content.of_file(path, status.st_size)
    return Source(url, "file", path, content, modified=status.st_mtime, status=status)


def _from_web(url: str) -> Source | None:
    from email.utils import parsedate_to_datetime

    with _ask(url, "HEAD") as answer:
        if answer.status in (404, 410):
            return None
        if answer.status != 200 and answer.status != 405:
            raise ResourceError(f"Could not retrieve {url}: {answer.status} {answer.reason}")
        headers = answer.headers
        checksum = next(((a, headers[h].lower()) for h, a in CHECKSUM_HEADERS.items() if h in headers), None)
        modified = parsedate_to_datetime(headers["Last-Modified"]).timestamp() if "Last-Modified" in headers else 0.0
    return Source(url, "file", checksum=checksum, modified=modified)


def download(url: str, user: str | None = None, password: str | None = None) -> bytes:
    """The body at `url`, asked for as `user` where one is given. Raises ResourceError."""
    with _ask(url, "GET", user, password) as answer:
        if answer.status != 200:
            raise ResourceError(f"Could not retrieve {url}: {answer.status} {answer.reason}")
        try:
            return bytes(answer.read())
        except OSError as error:
            raise ResourceError(f"Could not retrieve {url}: {error}") from None


def _ask(url: str, method: str, user: str | None = None, password: str | None = None) -> Any:
    from urllib.error import HTTPError, URLError
    from urllib.request import Request, urlopen

    request = Request(url, method=method)
    if user is not None:
        from base64 import b64encode

        request.add_unredirected_header("Authorization", f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}")
    try:
        return urlopen(request, timeout=DEADLINE)
    except HTTPError as error:
        return error
    except (URLError, OSError) as error:
        raise ResourceError(f"Could not retrieve {url}: {getattr(error, 'reason', error)}") from None
