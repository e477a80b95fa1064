"""crypt(3): the system's own hashes of passwords, so that they are what its login will compute."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Final

from bunraku.language.errors import CompileError

_LIBRARIES: Final = ("libcrypt.so.1", "libcrypt.so.2", "libcrypt.so")


def crypt(password: str, setting: str) -> str:
    """The hash of `password` with the method and salt in `setting` (`$6$salt`).

    Raises CompileError where the system has no crypt library, or not this method.
    """
    function = _function()
    if function is None:
        raise CompileError(
            "pw_hash(): this system has no crypt library (libcrypt.so.1); install libcrypt1 or libxcrypt"
        )
    hashed: bytes | None = function(password.encode(), setting.encode())
    if hashed is None or hashed.startswith(b"*"):
        raise CompileError("Invalid argument - crypt")
    return hashed.decode()


@cache
def _function() -> ctypes._NamedFuncPointer | None:
    for name in _LIBRARIES:
        try:
            function = ctypes.CDLL(name).crypt
        except (OSError, AttributeError):
            continue
        function.restype = ctypes.c_char_p
        function.argtypes = (ctypes.c_char_p, ctypes.c_char_p)
        return function
    return None
