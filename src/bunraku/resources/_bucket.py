"""The file bucket: what a managed file held before it was replaced or removed, kept by its checksum.

The layout is Puppet's: `0/1/2/3/4/5/6/7/DIGEST/contents` beside `paths`, the names that the content was found under,
so that an existing bucket can be pointed at. Readable to its owner only.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bunraku.resources.file.content import Content
from bunraku.system import files

ALGORITHM = "sha256"


class Kept(NamedTuple):
    """One content in the bucket: its checksum, the paths that it was found under, when it was last put there."""

    digest: str
    paths: list[str]
    time: float


class Bucket:
    """A bucket in a folder, which is made when something is put into it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _place(self, digest: str) -> Path:
        return self.folder.joinpath(*digest[:8], digest)

    def keep(self, path: str, content: Content) -> str:
        """Put in the content of the file at `path`; its checksum. Raises OSError."""
        digest = content.digest(ALGORITHM)
        place = self._place(digest)
        contents = place / "contents"
        if not contents.exists():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for folder in (*reversed(place.parents[:8]), place):
                folder.mkdir(mode=0o700, exist_ok=True)
            files.replace(str(contents), content.chunks(), mode=0o400)
        names = self._names(place)
        if path not in names:
            files.replace(str(place / "paths"), "".join(f"{n}\n" for n in [*names, path]).encode(), mode=0o600)
        return digest

    def get(self, digest: str) -> Content | None:
        """What was kept under a checksum, or under the beginning of one that is unambiguous."""
        matches = [kept.digest for kept in self if kept.digest.startswith(digest)]
        if len(set(matches)) != 1:
            return None
        contents = self._place(matches[0]) / "contents"
        return Content.of_file(contents, contents.stat().st_size)

    def __iter__(self) -> Iterator[Kept]:
        """Everything in the bucket."""
        for contents in self.folder.glob("?/?/?/?/?/?/?/?/*/contents"):
            place = contents.parent
            names = place / "paths"
            time = (names if names.exists() else contents).stat().st_mtime
            yield Kept(place.name, self._names(place), time)

    def _names(self, place: Path) -> list[str]:
        try:
            return (place / "paths").read_text(errors="surrogateescape").splitlines()
        except FileNotFoundError:
            return []
