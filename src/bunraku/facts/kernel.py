"""kernel, kernelrelease, kernelversion, kernelmajversion, fips_enabled."""

from __future__ import annotations

import os
import re
from typing import Any

from bunraku.facts.collection import Facts


def resolve(facts: Facts) -> dict[str, Any]:
    """The kernel's name and release; for `6.1.0-18-amd64` the version is 6.1.0 and the major version 6.1."""
    uname = os.uname()
    return {
        "fips_enabled": facts.host.line("/proc/sys/crypto/fips_enabled") == "1",
        "kernel": uname.sysname,
        "kernelmajversion": ".".join(uname.release.split(".")[:2]),
        "kernelrelease": uname.release,
        "kernelversion": ".".join(re.findall(r"\d+", uname.release)[:3]),
    }
