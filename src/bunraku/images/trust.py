"""Whose images are taken: OpenPGP keys, trusted for all images or for those whose name begins with a prefix.

A key is a file named by its fingerprint in `trustedkeys/root.d/` or `trustedkeys/prefix.d/PREFIX/`, below rkt's
system folder (/usr/lib/rkt) and the local one (/etc/rkt), where an empty file masks the system's key.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

from bunraku.images.errors import ImageError
from bunraku.images.manifest import as_identifier
from bunraku.system import files, process

DEADLINE = 60.0
"""Seconds that gpg may take."""


class Trust:
    """The keys below `local` (which new ones go to) and `system`. All raise ImageError, OSError, CommandError."""

    def __init__(self, local: str = "/etc/rkt", system: str = "/usr/lib/rkt") -> None:
        self.local = local
        self.system = system

    def add(self, key: str, prefix: str | None) -> str:
        """Trust the armoured public key in file `key` for images below `prefix` (None: for all); where it is kept."""
        with open(key, "rb") as file:
            content = file.read()
        with _home() as home:
            shown = process.run(
                ["gpg", "--homedir", home, "--batch", "--with-colons", "--show-keys", key], deadline=DEADLINE
            )
        prints = re.findall(r"^fpr:+([0-9A-F]+):", shown.output, re.MULTILINE)
        if not shown.ok or not prints:
            raise ImageError(f"{key} holds no OpenPGP public key")
        _dearmoured(content, key)
        if prefix is not None and as_identifier(prefix) != prefix:
            raise ImageError(f"'{prefix}' is no prefix of an image's name")
        folder = os.path.join(self.local, "trustedkeys", *(["prefix.d", prefix] if prefix else ["root.d"]))
        os.makedirs(folder, mode=0o755, exist_ok=True)
        path = os.path.join(folder, prints[0].lower())
        files.replace(path, content, mode=0o644)
        return path

    def check(self, name: str, image: str, signature: str) -> str:
        """See that `signature` of the file `image`, an image called `name`, was made with a key trusted for it.

        The fingerprint of that key.
        """
        keys = list(self._keys(name))
        if not keys:
            raise ImageError(
                f"no key is trusted for {name}: `rkt trust --prefix={name.partition('/')[0]} KEY` trusts one"
            )
        with _home() as home:
            keyring = os.path.join(home, "keys.gpg")
            with open(keyring, "wb") as ring:
                for path in keys:
                    with open(path, "rb") as file:
                        ring.write(_dearmoured(file.read(), path))
            command = ["gpgv", "--homedir", home, "--status-fd", "1", "--keyring", keyring, signature, image]
            done = process.run(command, deadline=DEADLINE, apart=True)
        valid = re.search(r"^\[GNUPG:\] VALIDSIG ([0-9A-F]+)", done.output, re.MULTILINE)
        if done.ok and valid:
            return valid[1].lower()
        if "BADSIG" in done.output:
            raise ImageError(f"{image} is not what was signed: it was tampered with, or its signature is another's")
        if "NO_PUBKEY" in done.output:
            raise ImageError(f"{image} is signed with a key that is not trusted for {name}")
        said = (done.errors.strip().splitlines() or ["no reason given"])[-1]
        raise ImageError(f"{signature} is no valid signature of {image}: {said}")

    def _keys(self, name: str) -> Iterator[str]:
        """The key files that images called `name` may be signed with."""
        places = ["root.d"]
        parts = name.split("/")
        places += [os.path.join("prefix.d", *parts[:count]) for count in range(1, len(parts) + 1)]
        for place in places:
            local = os.path.join(self.local, "trustedkeys", place)
            system = os.path.join(self.system, "trustedkeys", place)
            found = _files(system) | _files(local)
            yield from (path for path in found.values() if os.path.getsize(path))


@contextmanager
def _home() -> Iterator[str]:
    """A folder for gpg's files while it is at work."""
    import tempfile  # a pod of a known image need not pay for it

    with tempfile.TemporaryDirectory(prefix="bunraku-gpg-") as folder:
        yield folder


def _files(folder: str) -> dict[str, str]:
    """The files in a folder by name; none where there is no such folder."""
    if not os.path.isdir(folder):
        return {}
    return {entry.name: entry.path for entry in sorted(os.scandir(folder), key=lambda e: e.name) if entry.is_file()}


def _dearmoured(key: bytes, what: str) -> bytes:
    """The packets of an armoured key (RFC 4880, 6.2), as a keyring holds them."""
    import base64
    import binascii

    match = re.search(
        rb"-----BEGIN PGP PUBLIC KEY BLOCK-----\r?\n(?:[^\r\n]+\r?\n)*\r?\n(.*?)(?:\r?\n=|\r?\n-----END)",
        key,
        re.DOTALL,
    )
    if match is None:
        raise ImageError(f"{what} is no armoured OpenPGP public key")
    try:
        return base64.b64decode(re.sub(rb"\s", b"", match[1]), validate=True)
    except binascii.Error as error:
        raise ImageError(f"{what} is damaged: {error}") from None
