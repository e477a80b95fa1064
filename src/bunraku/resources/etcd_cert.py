"""etcd_cert: a certificate for a member or a client of etcd, renewed before it expires.

etcd reads its certificates again at every handshake, so a renewed one is in use without a restart. The key is replaced
before the certificate; a handshake between the two fails once and is tried again by every client.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bunraku.etcd import EtcdError
from bunraku.resources import _owners
from bunraku.resources.base import (
    Changes,
    Ensure,
    Param,
    Property,
    ResourceError,
    ResourceType,
    State,
    absolute_path,
    integer,
    text,
)
from bunraku.system.files import replace


class EtcdCert(ResourceType):
    """A certificate and its key, signed by an authority whose key is on this host (`etcd_ca`)."""

    path = Param("The file of the certificate (mode 0644).", namevar=True, munge=absolute_path)
    ensure = Ensure(values=("present",))
    hosts = Property("The names and addresses that it is for.", munge=lambda names: sorted(map(text, names)), many=True)
    key_file = Param("The file of the key (mode 0600).", munge=absolute_path)
    ca_cert = Param("The authority's certificate.", munge=absolute_path)
    ca_key = Param("The authority's key.", munge=absolute_path)
    common_name = Param("The name on it: with client certificates, the user (default: the first of `hosts`).")
    days = Param("How long it is valid.", munge=integer, default=365)
    renew_before = Param("Days before its end from which it is renewed.", munge=integer, default=30)
    owner = Param("Who owns both files.")
    group = Param("Their group.")

    def validate(self) -> None:
        """Where it comes from and where its key goes must be known."""
        for name in ("key_file", "ca_cert", "ca_key"):
            if self.values.get(name) is None:
                raise ValueError(f"{name} is needed")
        if self.renew_before >= self.days:
            raise ValueError(f"renew_before ({self.renew_before}) is to be less than days ({self.days})")
        if not (self.common_name or self.hosts):
            raise ValueError("common_name or hosts is needed")

    def read(self) -> State:
        """present; or why it must be issued (again)."""
        if not (os.path.exists(self.path) and os.path.exists(self.key_file)):
            return {"ensure": "absent"}
        from bunraku.etcd.tls import expires, fits, hosts_of, signed_by

        try:
            left = expires(self.path) - datetime.now(UTC)
            hosts = hosts_of(self.path)
            if left.days < self.renew_before:
                return {"ensure": f"expires in {left.days} days" if left.days >= 0 else "expired", "hosts": hosts}
            if not signed_by(self.path, self.ca_cert):
                return {"ensure": "signed by another authority", "hosts": hosts}
            return {"ensure": "present" if fits(self.path, self.key_file) else "not of this key", "hosts": hosts}
        except EtcdError as problem:
            return {"ensure": f"unreadable: {problem.problem}", "hosts": []}

    def change(self, changes: Changes) -> None:
        """Issue it, with a new key."""
        from bunraku.etcd.tls import issue

        name, hosts = self.common_name or self.hosts[0], self.hosts or []
        try:
            made = issue(name, hosts, self.days, ca_cert=self.ca_cert, ca_key=self.ca_key)
        except EtcdError as problem:
            raise ResourceError(str(problem)) from None
        uid, gid = _owners.uid(self.owner), _owners.gid(self.group)
        replace(self.key_file, made.key, mode=0o600, uid=uid, gid=gid)
        replace(self.path, made.cert, mode=0o644, uid=uid, gid=gid)

    def describe(self, name: str, current: Any, desired: Any) -> str:
        """created, or why it was issued anew."""
        if name != "ensure":
            return super().describe(name, current, desired)
        return "created" if current == "absent" else f"renewed: {current}"

    def autorequire(self) -> Iterable[tuple[str, str]]:
        """The authority, and the folders."""
        yield "etcd_ca", self.ca_cert
        yield "file", str(Path(self.path).parent)
        yield "file", str(Path(self.key_file).parent)
