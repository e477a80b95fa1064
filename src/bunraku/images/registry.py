"""A registry, asked over the OCI distribution API (spec 1.0, "Pull").

Over HTTPS; over plain HTTP from this host's own address, or where that is allowed.
"""

from __future__ import annotations

import hashlib
import os
from typing import Any

from bunraku.images import oci
from bunraku.images.compression import LARGEST
from bunraku.images.download import download, is_local
from bunraku.images.errors import ImageError

_ACCEPTED = (oci.MANIFEST, oci.INDEX, oci.DOCKER_MANIFEST, oci.DOCKER_LIST)


def parse(name: str) -> tuple[str, str, str]:
    """HOST[:PORT]/REPOSITORY[:TAG] as host, repository and tag. Raises ImageError."""
    host, _, rest = name.partition("/")
    repository, _, tag = rest.partition(":")
    if not rest or not ("." in host or ":" in host or host == "localhost"):
        raise ImageError(f"'{name}' names no registry: write docker://HOST/REPOSITORY:TAG")
    return host, repository, tag or "latest"


class Registry:
    """One repository of a registry; what is fetched goes to `folder`. plain: HTTP is good enough."""

    def __init__(self, host: str, repository: str, folder: str, *, plain: bool = False) -> None:
        self.base = f"{'http' if plain or is_local(host) else 'https'}://{host}/v2/{repository}"
        self.folder = folder

    def manifest(self, reference: str) -> dict[str, Any]:
        """A descriptor of the manifest with this tag, which `blob` has then. Raises ImageError, OSError."""
        path = self._fetch(f"manifests/{reference}", oci.LARGEST_JSON)
        with open(path, "rb") as file:
            content = file.read()
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        os.link(path, self._path(digest))
        return {"digest": digest, "size": len(content)}

    def blob(self, digest: str, size: int) -> str:
        """A file with the blob, whose content is what its descriptor says. Raises ImageError, OSError."""
        oci.split(digest)
        path = self._path(digest)
        if not os.path.exists(path):
            # A manifest that an index names is behind another address than a layer.
            try:
                os.link(self._fetch(f"blobs/{digest}", min(size, LARGEST)), path)
            except ImageError:
                if size > oci.LARGEST_JSON:
                    raise
                os.link(self._fetch(f"manifests/{digest}", size), path)
        oci.verify(path, digest, size)
        return path

    def _path(self, digest: str) -> str:
        return os.path.join(self.folder, digest.replace(":", "-"))

    def _fetch(self, what: str, limit: int) -> str:
        """A file with the answer, which is no longer than `limit` bytes."""
        url = f"{self.base}/{what}"
        path = os.path.join(self.folder, os.urandom(8).hex())
        download(url, path, limit, {"Accept": ", ".join(_ACCEPTED)})
        return path
