"""Values that are encrypted in the store, as xordataexchange/crypt writes them: base64 of a gpg message of gzip.

`cget`, `cgetv`, `cgets` and `cgetvs` are `get` and so on with the values decrypted by the armoured private key in
`secret_keyring`. gpg does it, in a folder of its own that is removed again; what it made of a value is remembered, so
that a rendering decrypts only what is new.
"""

from __future__ import annotations

import base64
import binascii
import os
import zlib
from contextlib import suppress

from bunraku.confd.store import Store
from bunraku.confd.template import Function, FunctionError
from bunraku.confd.template.strings import to_text
from bunraku.confd.template.values import KVPair, KVPairs, Strings

TIMEOUT = 20.0
"""Seconds that gpg gets."""
LARGEST = 64 << 20
"""Bytes that a value may have when it is unpacked."""
REMEMBERED = 10_000
"""Values that are remembered, at most."""


class Keyring:
    """An armoured private key in the file `path`."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._known: dict[str, str] = {}

    def decrypted(self, value: str) -> str:
        """What the encrypted `value` says. Raises FunctionError."""
        known = self._known.get(value)
        if known is None:
            known = self._decrypted(value)
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[value] = known
        return known

    def _decrypted(self, value: str) -> str:
        if not self._path:
            raise FunctionError("no secret_keyring is set, which would decrypt it")
        try:
            message = base64.b64decode("".join(value.split()), validate=True)
        except (binascii.Error, ValueError):
            raise FunctionError("the value is no base64 of a gpg message") from None
        return to_text(_unzipped(self._gpg(message)))

    def _gpg(self, message: bytes) -> bytes:
        # Few templates decrypt: the others do not pay for what it takes.
        import shutil
        import tempfile

        from bunraku.system import process

        # Short: gpg's agent makes a socket in it.
        home = tempfile.mkdtemp(prefix="confd-gpg-")
        command = ["gpg", "--homedir", home, "--batch", "--quiet", "--no-tty", "--pinentry-mode", "loopback"]
        out = os.path.join(home, "out")
        try:
            for words, stdin in (
                (["--import", self._path], None),
                (["--trust-model", "always", "--output", out, "--decrypt"], message),
            ):
                result = process.run([*command, *words], deadline=TIMEOUT, stdin=stdin)
                if not result.ok:
                    raise FunctionError(f"gpg: {' '.join(result.output.split())[-300:]}")
            with open(out, "rb") as file:
                return file.read()
        except (process.CommandError, OSError) as error:
            raise FunctionError(f"gpg: {error}") from None
        finally:
            _end_agent(home)
            shutil.rmtree(home, ignore_errors=True)


def _end_agent(home: str) -> None:
    from bunraku.system import process

    with suppress(process.CommandError):
        process.run(["gpgconf", "--homedir", home, "--kill", "all"], deadline=TIMEOUT)


def _unzipped(data: bytes) -> bytes:
    unzip = zlib.decompressobj(wbits=31)
    try:
        content = unzip.decompress(data, LARGEST)
    except zlib.error:
        raise FunctionError("what gpg decrypted is no gzip") from None
    if unzip.unconsumed_tail:
        raise FunctionError(f"the value has more than {LARGEST} bytes")
    return content


def crypt_functions(store: Store, keyring: Keyring) -> dict[str, Function]:
    """The functions that look at `store` and decrypt."""

    def cgets(pattern: str) -> KVPairs:
        return KVPairs(KVPair(pair.Key, keyring.decrypted(pair.Value)) for pair in store.gets(pattern))

    def cgetv(key: str, *default: str) -> str:
        return default[0] if default and not store.exists(key) else keyring.decrypted(store.getv(key))

    made = [
        Function("cgetv", cgetv, ("string",), "string"),
        Function("cget", lambda key: KVPair(key, cgetv(key)), ("string",)),
        Function("cgets", cgets, ("string",)),
        Function("cgetvs", lambda pattern: Strings(sorted(pair.Value for pair in cgets(pattern))), ("string",)),
    ]
    return {function.name: function for function in made}
