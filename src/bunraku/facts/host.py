"""The host as the families see it: files below a root. What is missing or unreadable reads as empty."""

from __future__ import annotations

import os


class Host:
    """Reads the files of the host whose file system is at `root`."""

    def __init__(self, root: str = "/") -> None:
        self.root = root.rstrip("/")

    def text(self, path: str) -> str:
        """What the file holds; empty where it cannot be read."""
        try:
            with open(self.root + path, encoding="utf-8", errors="replace") as file:
                return file.read()
        except OSError:
            return ""

    def line(self, path: str) -> str | None:
        """The file's content without the space around it; None where it cannot be read or is blank."""
        return self.text(path).strip() or None

    def names(self, path: str) -> list[str]:
        """What stands in the folder, sorted; empty where it cannot be read."""
        try:
            with os.scandir(self.root + path) as entries:
                return sorted(entry.name for entry in entries)
        except OSError:
            return []

    def exists(self, path: str) -> bool:
        """Whether there is anything at `path`."""
        return os.access(self.root + path, os.F_OK)
