"""Digests, password hashes, base64, names as UUIDs."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
import uuid
import zlib
from collections.abc import Callable
from typing import Any, Final

from bunraku.catalog.values import Binary, Sensitive
from bunraku.language.errors import CompileError
from bunraku.language.functions import function, legacy
from bunraku.language.functions import ruby_text as ruby

_DATA: Final = "Variant[ScalarData, Sensitive[ScalarData], Binary, Sensitive[Binary]] my_data"


def _of_data(name: str, digest: Callable[[bytes], str]) -> None:
    @function(name, _DATA)
    def digested(scope: Any, data: Any) -> str:
        """The checksum that the name tells, in hexadecimal."""
        plain = data.value if isinstance(data, Sensitive) else data
        text = base64.b64encode(plain.data).decode() if isinstance(plain, Binary) else ruby.to_s(plain)
        return digest(text.encode())


_of_data("stdlib::crc32", lambda data: format(zlib.crc32(data), "x"))
_of_data("stdlib::sha256", lambda data: hashlib.sha256(data).hexdigest())

# ---------------------------------------------------------------- base64

_METHODS: Final = ("default", "strict", "urlsafe")


@legacy("base64", -1)
def base64_(scope: Any, *arguments: Any) -> str | Binary:
    """A string in base64, or back; "default" breaks lines, "strict" does not, "urlsafe" uses - and _.

    What is no text when it is decoded becomes a Binary.
    """
    if len(arguments) < 2:
        raise CompileError(f"base64(): Wrong number of arguments ({len(arguments)}; must be >= 2)")
    action, text, method = (*arguments, "default")[:3]
    if action not in ("encode", "decode"):
        raise CompileError("base64(): the first argument must be one of 'encode' or 'decode'")
    if not isinstance(text, str):
        raise CompileError("base64(): the second argument must be a string to base64")
    if method not in _METHODS:
        raise CompileError("base64(): the third argument must be one of 'default', 'strict', or 'urlsafe'")
    return _encoded(text, method) if action == "encode" else _decoded(text, method)


def _encoded(text: str, method: str) -> str:
    data = text.encode()
    if method == "default":
        return base64.encodebytes(data).decode() if len(data) <= 45 else _in_lines(data)
    return (base64.b64encode if method == "strict" else base64.urlsafe_b64encode)(data).decode()


def _in_lines(data: bytes) -> str:
    """Lines of 60 characters, as Ruby's `encode64` has them."""
    encoded = base64.b64encode(data).decode()
    return "".join(encoded[i : i + 60] + "\n" for i in range(0, len(encoded), 60))


def _decoded(text: str, method: str) -> str | Binary:
    if method == "urlsafe":
        text = text.replace("-", "+").replace("_", "/")
        text += "=" * (-len(text) % 4) if "=" not in text else ""
    if method == "default":
        text = re.sub("[^A-Za-z0-9+/]", "", text.partition("=")[0])
        text = text[:-1] if len(text) % 4 == 1 else text
        text += "=" * (-len(text) % 4)
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise CompileError("invalid base64") from None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return Binary(data)


# ---------------------------------------------------------------- passwords

_CRYPT: Final = {
    "md5": "1",
    "sha-256": "5",
    "sha-512": "6",
    "bcrypt": "2b",
    "bcrypt-a": "2a",
    "bcrypt-x": "2x",
    "bcrypt-y": "2y",
}
_SALT: Final = r"\A[a-zA-Z0-9./]+\z"
_BCRYPT_SALT: Final = r"^(0[4-9]|[12][0-9]|3[01])\$[.\/A-Za-z0-9]{22}"


@legacy("pw_hash", 3)
def pw_hash(scope: Any, *arguments: Any) -> str | None:
    """The hash of a password as /etc/shadow has it; undef for an empty password."""
    password, kind, salt = (a.value if isinstance(a, Sensitive) else a for a in arguments)
    if not (isinstance(password, str) or password is None):
        raise CompileError("pw_hash(): first argument must be a string")
    if not isinstance(kind, str):
        raise CompileError("pw_hash(): second argument must be a string")
    prefix = _CRYPT.get(kind.lower())
    if prefix is None:
        raise CompileError(f"pw_hash(): {kind} is not a valid hash type")
    if not isinstance(salt, str):
        raise CompileError("pw_hash(): third argument must be a string")
    if not salt:
        raise CompileError("pw_hash(): third argument must not be empty")
    if kind.lower().startswith("bcrypt"):
        if not re.search(_BCRYPT_SALT, salt, re.MULTILINE):
            raise CompileError(f"pw_hash(): characters in salt must match (?-mix:{_BCRYPT_SALT})")
    elif not re.fullmatch("[a-zA-Z0-9./]+", salt):
        raise CompileError("pw_hash(): characters in salt must be in the set [a-zA-Z0-9./]")
    if not password:
        return None
    from bunraku.language.functions.stdlib.crypt import crypt

    return crypt(password, f"${prefix}${salt}")


@legacy("str2saltedpbkdf2", -1)
def str2saltedpbkdf2(scope: Any, *arguments: Any) -> dict[str, Any]:
    """The PBKDF2 hash of a password as macOS keeps it."""
    name = "str2saltedpbkdf2()"
    if len(arguments) != 3:
        raise CompileError(f"{name}: wrong number of arguments ({len(arguments)} for 3)")
    password, salt, iterations = (a.value if isinstance(a, Sensitive) else a for a in arguments)
    if not isinstance(password, str):
        raise CompileError(f"{name}: first argument must be a string")
    if not isinstance(salt, str):
        raise CompileError(f"{name}: second argument must be a string")
    if len(salt.encode()) < 8:
        raise CompileError(f"{name}: second argument must be at least 8 bytes long")
    if not isinstance(iterations, int) or isinstance(iterations, bool):
        raise CompileError(f"{name}: third argument must be an integer")
    if not 40_000 < iterations < 70_000:
        raise CompileError(f"{name}: third argument must be between 40,000 and 70,000")
    hashed = hashlib.pbkdf2_hmac("sha512", password.encode(), salt.encode(), iterations, 128)
    return {"password_hex": hashed.hex(), "salt_hex": salt.encode().hex(), "iterations": iterations}


@legacy("str2saltedsha512", -1)
def str2saltedsha512(scope: Any, *arguments: Any) -> str:
    """The salted hash of a password as OS X 10.7 keeps it; another one at every call."""
    if len(arguments) != 1:
        raise CompileError(f"str2saltedsha512(): Wrong number of arguments passed ({len(arguments)} but we require 1)")
    password = arguments[0]
    if not isinstance(password, str):
        raise CompileError(f"str2saltedsha512(): Requires a String argument, you passed: {ruby.ruby_class(password)}")
    salt = os.urandom(4)
    return (salt + hashlib.sha512(salt + password.encode()).digest()).hex()


@legacy("fqdn_uuid", -1)
def fqdn_uuid(scope: Any, *arguments: Any) -> str:
    """The UUID (version 5) of a domain name."""
    if not arguments:
        raise CompileError("fqdn_uuid: No arguments given")
    if len(arguments) > 1:
        raise CompileError(f"fqdn_uuid: Too many arguments given ({len(arguments)})")
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, ruby.text_of(arguments[0])))
