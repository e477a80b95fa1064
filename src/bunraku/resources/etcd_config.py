"""etcd_config: the configuration file of a member, checked before it is written.

It brings in the file as a `File`. For a cluster that is to speak TLS, what is written depends on how far the cluster
has come (`bunraku.etcd.to_tls`): a plain one is moved step by step, each host taking its next step with each run.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bunraku.catalog.catalog import Resource
from bunraku.etcd import EtcdError
from bunraku.resources._etcd import InCluster
from bunraku.resources.base import Changes, Param, ResourceError, State, absolute_path

if TYPE_CHECKING:
    from bunraku.etcd.members import Member


class EtcdConfig(InCluster):
    """The configuration file of an etcd member."""

    path = Param("The file.", namevar=True, munge=absolute_path)
    content = Param("What it holds in the end.")
    prepared = Param("What it holds while other members of a plain cluster have no certificates yet.")
    moved = Param("What it holds while other members still talk in plain.")
    member = Param("The member's name in `cluster`.")
    data_dir = Param("The member's data folder.", munge=absolute_path)
    options = Param("The names of the settings in it: one that the etcd here does not know is refused.", many=True)
    binary = Param("The program.", munge=absolute_path, default="/usr/bin/etcd")
    owner = Param("As the file's.")
    group = Param("As the file's.")
    mode = Param("As the file's.", default="0640")

    def validate(self) -> None:
        """What belongs together is there."""
        if self.content is None:
            raise ValueError("content is needed")
        if self.cluster is not None and not (self.member in self.cluster and self.data_dir):
            raise ValueError("cluster needs member, one of its names, and data_dir")
        if self.prepared is not None and not (self.moved and self.ca_file and self.cert_file and self.key_file):
            raise ValueError("prepared needs moved, ca_file, cert_file and key_file")

    def read(self) -> State:
        """Nothing: the file is brought in."""
        if self.options and Path(self.binary).exists():
            self._check_options()
        self._check_settings()
        self._written = self._choose() if self.cluster is not None else self.content
        return {}

    def _check_options(self) -> None:
        from bunraku.etcd.options import check_options, installed_version

        try:
            check_options(self.options, installed_version(self.binary))
        except EtcdError as problem:
            raise ResourceError(str(problem)) from None

    def _settings(self) -> dict[str, Any]:
        from bunraku.etcd.settings import by_flag, read_settings

        return by_flag(read_settings(self.content, Path(self.path)))

    def _check_settings(self) -> None:
        """Refuse what the member could not serve with, before it is restarted with it."""
        from bunraku.etcd.settings import certificate_files, check_settings

        try:
            settings = self._settings()
            to_come = self.run.noop and not all(Path(file).exists() for file in certificate_files(settings))
            for words in check_settings(settings, with_files=not to_come):
                self.run.log("warning", words, self.ref)
        except EtcdError as problem:
            raise ResourceError(str(problem)) from None

    def _choose(self) -> str | None:
        """What is to be written now; None: what is there stays."""
        from bunraku.etcd.settings import settings_of

        told = settings_of(Path(self.path)).get("initial-advertise-peer-urls", "")
        has_data = (Path(self.data_dir) / "member").is_dir()
        if self.prepared is None:
            to_plain = self.cluster[self.member].peer_url.startswith("http:")
            if has_data and told.startswith("https:") and to_plain and len(self.cluster) > 1:
                raise ResourceError(
                    "the members of this cluster speak TLS to each other, and this one would not: a cluster is not "
                    "taken back from TLS while it runs; keep TLS on, or restore a snapshot into a plain cluster"
                )
            return str(self.content)
        members = self.live_members()
        if members is not None:
            return self._of_step(members)
        if has_data and told.startswith("http:"):
            self.run.log("warning", "TLS waits until the cluster answers: its members are moved one by one", self.ref)
            return None
        return str(self.content)

    def _of_step(self, members: list[Member]) -> str:
        from bunraku.etcd.to_tls import step_of, waits_for

        try:
            step = step_of(self.member, members)
        except EtcdError as problem:
            raise ResourceError(str(problem)) from None
        if others := waits_for(self.member, step, members):
            does = "have certificates" if step == "prepared" else "speak TLS to each other"
            self.run.log("notice", f"TLS waits for {', '.join(others)} to {does}: apply there, then here", self.ref)
        return str({"prepared": self.prepared, "moved": self.moved, "done": self.content}[step])

    def change(self, changes: Changes) -> None:
        """Never called: there is nothing to change."""

    def autorequire(self) -> Iterable[tuple[str, str]]:
        """The certificates."""
        from bunraku.etcd.settings import certificate_files

        with suppress(EtcdError):  # `read` tells
            for file in certificate_files(self._settings()):
                yield "file", file
                yield "etcd_cert", file

    def generate(self) -> Iterable[Resource]:
        """The file."""
        if self._written is None:
            return
        passed = {name: getattr(self, name) for name in ("owner", "group", "mode") if getattr(self, name) is not None}
        yield Resource("File", self.path, {"ensure": "file", **passed, "content": self._written})
