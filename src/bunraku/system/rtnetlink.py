"""pyroute2's IPRoute and NetlinkError, and no more of it than they need.

Importing the package by its name imports all that it can do (nftables, wireless, plan 9 …), which takes twice as long
as its part for routes. So the package is put among the modules without running its own beginning; its parts are then
found in it as ever. Should they need more of it one day, the whole package is imported.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec, module_from_spec

__all__ = ["IPRoute", "NetlinkError"]

_spec = find_spec("pyroute2")
if _spec is not None and "pyroute2" not in sys.modules:
    sys.modules["pyroute2"] = module_from_spec(_spec)
try:
    from pyroute2.iproute import IPRoute
    from pyroute2.netlink.exceptions import NetlinkError
except ImportError:
    sys.modules.pop("pyroute2", None)
    from pyroute2 import IPRoute, NetlinkError
