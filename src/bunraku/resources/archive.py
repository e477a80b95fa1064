"""archive: a file fetched from somewhere, checked, and unpacked."""

from __future__ import annotations

import hashlib
import os
import shlex
from collections.abc import Iterable
from typing import Any

from bunraku.resources.base import (
    Changes,
    Ensure,
    Param,
    ResourceError,
    ResourceType,
    State,
    absolute_path,
    boolean,
    text,
)
from bunraku.system import accounts, files, process

DEADLINE = 3600.0

UNPACK = {
    (".tar",): "tar xf {0}",
    (".tar.gz", ".tgz"): "tar xzf {0}",
    (".tar.bz2", ".tbz"): "tar xjf {0}",
    (".tar.xz", ".txz"): "tar xJf {0}",
    (".tar.zst",): "tar --zstd -xf {0}",
    (".zip", ".war", ".jar"): "unzip -o {0}",
    (".gz",): "gunzip -c {0} > {1}",
    (".bz2",): "bunzip2 -c {0} > {1}",
    (".xz",): "unxz -c {0} > {1}",
    (".deb",): "dpkg-deb -x {0} .",
    (".rpm",): "rpm2cpio {0} | cpio -idm",
}
"""What unpacks a file of each ending into the folder it is run in: {0} the file, {1} its name without the ending."""


class Archive(ResourceType):
    """Fetches a file, checks its checksum and unpacks it, unless what it `creates` is there already."""

    lane = None
    accepted = ("cookie", "headers", "proxy_type", "proxy_server", "allow_insecure", "download_options", "provider")

    path = Param("Where the file is kept; with `extract` it is removed afterwards.", namevar=True, munge=absolute_path)
    ensure = Ensure()
    filename = Param("Accepted: the last part of the path.")
    source = Param("A path, or a puppet, file, http or https URL.", munge=text)
    url = Param("The same as source.", munge=text)
    extract = Param("Whether it is unpacked.", munge=boolean, default=False)
    extract_path = Param("The folder that it is unpacked into.", munge=absolute_path)
    target = Param("The same as extract_path.", munge=absolute_path)
    extract_command = Param("The command that unpacks it; %s stands for the file.", munge=text)
    extract_flags = Param("The flags of the command that unpacks it.")
    creates = Param("A file that is there once it is unpacked.", munge=text)
    cleanup = Param("Whether the file is removed once it is unpacked.", munge=boolean, default=True)
    temp_dir = Param("Accepted: a download is kept beside its destination until it is whole.")
    checksum = Param("Its checksum.", munge=lambda v: text(v).lower())
    digest_string = Param("The same as checksum.", munge=lambda v: text(v).lower())
    checksum_url = Param("Where its checksum is published.", munge=text)
    digest_url = Param("The same as checksum_url.", munge=text)
    checksum_type = Param(
        "Its kind.", values=("none", "md5", "sha1", "sha2", "sha256", "sha384", "sha512"), default="none"
    )
    digest_type = Param(
        "The same as checksum_type.", values=("none", "md5", "sha1", "sha2", "sha256", "sha384", "sha512")
    )
    checksum_verify = Param("Whether a download is checked.", munge=boolean, default=True)
    username = Param("For a web server.", munge=text)
    password = Param("For a web server.", munge=text)
    user = Param("Who unpacks it.", munge=text)
    group = Param("The group who unpacks it.", munge=text)

    def validate(self) -> None:
        """Second names stand for first ones; a password is a secret."""
        for name, other in {
            "url": "source",
            "target": "extract_path",
            "digest_string": "checksum",
            "digest_url": "checksum_url",
            "digest_type": "checksum_type",
        }.items():
            if name in self.values:
                self.values.setdefault(other, self.values[name])
        self.sensitive |= {"password"} & self.values.keys()
        if self.extract and self.extract_path is None:
            raise ValueError("extract needs an extract_path")

    def autorequire(self) -> Iterable[tuple[str, str]]:
        """The folders that it is kept in and unpacked into."""
        return [("file", path) for path in (os.path.dirname(self.path), self.extract_path) if path]

    def read(self) -> State:
        """Whether what it gives is there."""
        if self.extract and self.creates is not None and self.ensure == "present":
            return {"ensure": "present" if os.path.exists(self.creates) else "absent"}
        if not os.path.exists(self.path):
            return {"ensure": "absent"}
        if self.ensure == "present" and self._algorithm() and self._wanted() != self._digest(self.path):
            return {"ensure": "absent"}
        return {"ensure": "present"}

    def change(self, changes: Changes) -> None:
        """Fetch it, unpack it, remove it."""
        if changes["ensure"] == "absent":
            files.remove(self.path)
            return
        if not os.path.exists(self.path) or self._algorithm() and self._wanted() != self._digest(self.path):
            self._fetch()
        if self.extract:
            try:
                self._unpack()
            finally:
                if self.cleanup:
                    files.remove(self.path)

    def _algorithm(self) -> str:
        return (
            "" if self.checksum_type == "none" else str({"sha2": "sha256"}.get(self.checksum_type, self.checksum_type))
        )

    def _wanted(self) -> str:
        """The checksum that it shall have, asked for once where it is published."""
        if self.checksum is None and self.checksum_url is not None:
            words = self._read(self.checksum_url).decode("utf-8", "replace").split()
            if not words:
                raise ResourceError(f"There is no checksum at {self.checksum_url}")
            self.values["checksum"] = words[0].lower()
        return str(self.checksum)

    def _digest(self, path: str) -> str:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, self._algorithm()).hexdigest()

    def _read(self, url: str) -> bytes:
        from bunraku.resources.file import source

        found = source.locate(source.check(url), self.run.source, follow=True)
        if found is None:
            raise ResourceError(f"Could not retrieve {url}: it is not there")
        return found.content.read() if found.content else source.download(url, self.username, self.password)

    def _fetch(self) -> None:
        if self.source is None:
            raise ResourceError(f"Unable to fetch {self.path}: no source is given")
        data = self._read(self.source)
        if self.checksum_verify and self._algorithm():
            found = hashlib.new(self._algorithm(), data).hexdigest()
            if found != self._wanted():
                raise ResourceError(f"Download file checksum mismatch (expected: {self._wanted()} actual: {found})")
        os.makedirs(os.path.dirname(self.path), exist_ok=True)
        files.replace(self.path, data, mode=0o644)

    def _unpack(self) -> None:
        if not os.path.isdir(self.extract_path):
            raise ResourceError(f"The folder {self.extract_path} to unpack into does not exist: declare it as a file")
        result = process.run(
            ["/bin/sh", "-c", self._command()],
            deadline=DEADLINE,
            cwd=self.extract_path,
            uid=None if self.user is None else accounts.user_id(self.user),
            gid=None if self.group is None else accounts.group_id(self.group),
        )
        if not result.ok:
            raise ResourceError(f"Could not unpack {self.path}: exit {result.code}", result.output)

    def _command(self) -> str:
        path = shlex.quote(self.path)
        if self.extract_command:
            command: str = self.extract_command
            return command.replace("%s", path) if "%s" in command else f"{command} {path}"
        for endings, command in UNPACK.items():
            ending = next((e for e in sorted(endings, key=len, reverse=True) if self.path.endswith(e)), None)
            if ending and not (ending in (".gz", ".bz2", ".xz") and self.path.removesuffix(ending).endswith(".tar")):
                stem = shlex.quote(os.path.basename(self.path).removesuffix(ending))
                if self.extract_flags and isinstance(self.extract_flags, str) and command.startswith("tar"):
                    return f"tar {self.extract_flags} {path}"
                return command.format(path, stem)
        raise ResourceError(f"How to unpack {self.path} is not known: give an extract_command")

    def describe(self, name: str, current: Any, desired: Any) -> str:
        """Fetched, unpacked, removed."""
        if desired == "absent":
            return "removed"
        return f"unpacked into {self.extract_path}" if self.extract else "fetched"
