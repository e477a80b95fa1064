"""identity: the user that bunraku runs as."""

from __future__ import annotations

import grp
import os
import pwd
from typing import Any

from bunraku.facts.collection import Facts


def resolve(facts: Facts) -> dict[str, Any]:
    """The fact `identity`; names are left out where the user database does not know the number."""
    uid = os.getuid()
    try:
        entry = pwd.getpwuid(uid)
        gid, user = entry.pw_gid, {"user": entry.pw_name}
    except KeyError:
        gid, user = os.getgid(), {}
    try:
        group = {"group": grp.getgrgid(gid).gr_name}
    except KeyError:
        group = {}
    return {"identity": {"gid": gid, **group, "privileged": uid == 0, "uid": uid, **user}}
