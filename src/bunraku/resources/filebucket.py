"""filebucket: a folder where replaced contents are kept."""

from __future__ import annotations

from pathlib import Path

from bunraku.resources._bucket import Bucket
from bunraku.resources.base import Changes, Param, ResourceError, ResourceType, Run, State, absolute_path, text


class Filebucket(ResourceType):
    """Names a bucket that files can give as their `backup`. Contents are kept on this host."""

    name = Param("The bucket's name.", namevar=True)
    path = Param("Its folder (default: the state folder's `bucket`).", munge=lambda v: v and absolute_path(v))
    server = Param("Accepted: contents are kept on this host.", munge=text)
    port = Param("Accepted: contents are kept on this host.")

    def read(self) -> State:
        """A bucket is made when something is put into it."""
        return {}

    def change(self, changes: Changes) -> None:
        """Never called: there is nothing to change."""


def bucket_of(name: str, run: Run) -> Bucket:
    """The bucket that a file's `backup` names: a declared one, or the state folder's, which is `puppet`.

    Raises ResourceError for a name that nobody declares.
    """
    declared = run.find("filebucket", name)
    if declared is None and name != "puppet":
        raise ResourceError(f"Could not find filebucket {name} specified in backup")
    path = declared.values.get("path") if declared is not None else None
    return Bucket(Path(path) if path else run.state_dir / "bucket")
