"""What resources that make many files, or now and then none, have made: so that one whose key is gone can be removed.

One JSON file a resource below the state folder, written before the files are put in place: whoever is killed between
the two leaves a next run that knows them. A file that somebody has changed since is not ours to remove.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable

from bunraku.confd.pipeline import File, ResourceFailed, put
from bunraku.confd.resource import Resource
from bunraku.system import files
from bunraku.system.log import Log


class Made:
    """The files that resources made, in this run or an earlier one. `folder` is the state folder."""

    def __init__(self, folder: str, log: Log) -> None:
        self._folder = os.path.join(folder, "made")
        self._log = log
        self._known: dict[str, dict[str, str]] = {}
        """For each resource, by the path of its file: the digest of what was made at each path."""
        self._remembers = True

    def about_to(self, resource: Resource, wanted: Iterable[File]) -> None:
        """A resource is about to put these files in place."""
        if not resource.varies or resource.settings.noop:
            return
        known = self._of(resource)
        new = {file.path: _digest(file) for file in wanted}
        if not new.items() <= known.items():
            known.update(new)
            self._write(resource)

    def remove_others(self, resource: Resource, wanted: Iterable[File]) -> None:
        """These files are all that a resource makes now: remove what it made besides, unless somebody changed it."""
        if not resource.varies or resource.settings.noop:
            return
        known = self._of(resource)
        others = known.keys() - {file.path for file in wanted}
        for path in sorted(others):
            try:
                present = File.at(path)
                if present.content is not None and _digest(present) == known[path]:
                    put(File(path, None))
                    self._log.info("removed", resource=resource.name, dest=path)
                del known[path]
            except ResourceFailed as error:
                self._log.error(f"{resource.name}: {error}")
        if others:
            self._write(resource)

    def _of(self, resource: Resource) -> dict[str, str]:
        known = self._known.get(resource.path)
        if known is None:
            known = self._known[resource.path] = _read(self._path(resource))
        return known

    def _path(self, resource: Resource) -> str:
        return os.path.join(self._folder, hashlib.sha256(resource.path.encode()).hexdigest()[:32] + ".json")

    def _write(self, resource: Resource) -> None:
        if not self._remembers:
            return
        content = json.dumps({"resource": resource.path, "files": self._known[resource.path]}).encode()
        try:
            os.makedirs(self._folder, mode=0o700, exist_ok=True)
            # After a power cut the files may be older than this says: they are made again before it is asked.
            files.replace(self._path(resource), content, mode=0o600, durable=False)
        except OSError as error:
            self._remembers = False
            self._log.warn(
                f"{self._folder} cannot be written ({error.strerror}): files whose keys go while nobody looks will "
                "stay; --statedir names another folder"
            )


def _read(path: str) -> dict[str, str]:
    try:
        with open(path, "rb") as file:
            return {str(path): str(digest) for path, digest in json.load(file)["files"].items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}  # nothing was made, or nothing is known of it


def _digest(file: File) -> str:
    return hashlib.sha256(file.content or b"").hexdigest()
