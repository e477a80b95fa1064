"""Loads grpc the way this program needs it; everything here gets grpc from this file.

grpc reads these variables when it is loaded. They are taken back at once, since every command that bunraku runs
inherits our environment.
- GRPC_ENABLE_FORK_SUPPORT=0: its fork handlers crashed 4 of 150 children that were started as another user while calls
  were under way (grpcio 1.85); a child that only executes a program needs none of them.
- GRPC_VERBOSITY=NONE: its C core writes to standard error what we report as errors.
"""

import os

_WANTED = {"GRPC_ENABLE_FORK_SUPPORT": "0", "GRPC_VERBOSITY": "NONE"}
_before = {name: os.environ.get(name) for name in _WANTED}
os.environ.update(_WANTED)
import grpc  # noqa: E402

for _name, _value in _before.items():
    if _value is None:
        del os.environ[_name]
    else:
        os.environ[_name] = _value

__all__ = ["grpc"]
