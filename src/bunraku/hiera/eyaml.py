"""Encrypted values: `ENC[PKCS7,base64]` in strings, opened with openssl and the operator's key pair.

The cipher text goes to openssl's standard input and the plain text comes from its output: neither is ever an argument,
which others could read. A message never holds the plain text.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bunraku.hiera.errors import HieraError

if TYPE_CHECKING:
    from bunraku.hiera.context import LookupContext

DEADLINE = 20.0
"""Seconds that openssl may take for one value."""

_TOKEN = re.compile(r"ENC\[(?:(\w+),)?([a-zA-Z0-9+/=\s]+?)\]", re.DOTALL)


def decrypted(value: Any, options: Mapping[str, Any], key: str, context: LookupContext) -> Any:
    """`value` with every encrypted string opened and every `%{…}` filled in. Raises HieraError."""
    if isinstance(value, str):
        plain = _string(value, options, key) if "ENC[" in value else value
        return context.interpolate(plain)
    if isinstance(value, list):
        return [decrypted(item, options, key, context) for item in value]
    if isinstance(value, dict):
        return {context.interpolate(name): decrypted(item, options, key, context) for name, item in value.items()}
    return value


def _string(value: str, options: Mapping[str, Any], key: str) -> str:
    def opened(token: re.Match[str]) -> str:
        try:
            return _open(token[1] or "PKCS7", token[2], options)
        except _Closed as error:
            path = options.get("path")
            raise HieraError(
                f"hiera-eyaml backend error decrypting {value} when looking up {key} in {path}. Error was {error}"
            ) from None

    found = _TOKEN.sub(opened, value)
    return found.removesuffix("\n") if found != value else found


class _Closed(Exception):
    """A value that could not be opened, and why."""


def _open(method: str, text: str, options: Mapping[str, Any]) -> str:
    from bunraku.system.process import CommandError, run

    if method.upper() != "PKCS7":
        raise _Closed(f"the encryption method {method} is not known; only PKCS7 is")
    private = str(options.get("pkcs7_private_key", "./keys/private_key.pkcs7.pem"))
    public = str(options.get("pkcs7_public_key", "./keys/public_key.pkcs7.pem"))
    command = ["openssl", "smime", "-decrypt", "-inform", "DER", "-inkey", private, "-recip", public]
    try:
        done = run(command, deadline=DEADLINE, stdin=b64decode(re.sub(r"\s", "", text)), apart=True)
    except (CommandError, ValueError) as error:
        raise _Closed(str(error)) from None
    if not done.ok:
        raise _Closed(done.errors.strip().splitlines()[0] if done.errors.strip() else f"exit code {done.code}")
    return done.output
