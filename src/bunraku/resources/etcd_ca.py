"""etcd_ca: an authority of one's own, which signs the certificates of etcd's members and clients.

It is made once and then left alone: a new one would end the trust in every certificate that the old one signed.
"""

from __future__ import annotations

import os
from pathlib import Path

from bunraku.etcd import EtcdError
from bunraku.resources.base import Changes, Ensure, Param, ResourceError, ResourceType, State, absolute_path, integer
from bunraku.system.files import replace


class EtcdCa(ResourceType):
    """The certificate and key of an authority, in two files."""

    path = Param("The file of the certificate (mode 0644).", namevar=True, munge=absolute_path)
    ensure = Ensure(values=("present",))
    key_file = Param("The file of the key (mode 0600); it can sign anything, so guard it.", munge=absolute_path)
    common_name = Param("The authority's name.", default="etcd authority")
    days = Param("How long it is valid.", munge=integer, default=3650)

    def validate(self) -> None:
        """Both files are needed."""
        if self.key_file is None:
            raise ValueError("key_file is needed")

    def read(self) -> State:
        """Whether both are there; one without the other is an error, as making both anew would end all trust."""
        there = [os.path.exists(path) for path in (self.path, self.key_file)]
        if any(there) and not all(there):
            missing = self.key_file if there[0] else self.path
            raise ResourceError(f"{missing} is missing, but not the other half: restore it, or move the other one away")
        return {"ensure": "present" if all(there) else "absent"}

    def change(self, changes: Changes) -> None:
        """Make it; the key first, so that a certificate never stands alone."""
        from bunraku.etcd.tls import make_authority

        try:
            made = make_authority(self.common_name, self.days)
        except EtcdError as problem:
            raise ResourceError(str(problem)) from None
        replace(self.key_file, made.key, mode=0o600)
        replace(self.path, made.cert, mode=0o644)

    def autorequire(self) -> list[tuple[str, str]]:
        """The folders."""
        return [("file", str(Path(path).parent)) for path in (self.path, self.key_file)]
