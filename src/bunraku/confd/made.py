"""What resources that make many files, or now and then none, have made: so that one whose key is gone can be removed.

One JSON file a resource below the state folder, written before the files are put in place: whoever is killed between
the two leaves a next run that knows them. A file that somebody has changed since is not ours to remove.
"""

from __future__ import annotations

from collections.abc import Iterable

from bunraku.confd.memory import Memory
from bunraku.confd.pipeline import File, ResourceFailed, put
from bunraku.confd.resource import Resource
from bunraku.system.log import Log


class Made:
    """The files that resources made, in this run or an earlier one. `folder` is the state folder."""

    def __init__(self, folder: str, log: Log) -> None:
        self._memory = Memory(folder, "made", log, "files whose keys go while nobody looks will stay")
        self._log = log
        self._known: dict[str, dict[str, str]] = {}
        """For each resource, by the path of its file: the digest of what was made at each path."""

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
            found = self._memory.read(resource.path).get("files")
            known = self._known[resource.path] = found if isinstance(found, dict) else {}
        return known

    def _write(self, resource: Resource) -> None:
        self._memory.write(resource.path, {"resource": resource.path, "files": self._known[resource.path]})


def _digest(file: File) -> str:
    from hashlib import sha256  # with it comes OpenSSL, which few runs need

    return sha256(file.content or b"").hexdigest()
