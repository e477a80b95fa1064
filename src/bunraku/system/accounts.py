"""Users and groups by name and number, through the system's own name service, each asked for once.

`forget` after an account was changed.
"""

from __future__ import annotations

import grp
import pwd
from functools import cache


@cache
def user_id(user: str | int) -> int | None:
    """The number of a user: of a name, or of digits as they are; None where there is no such user."""
    if isinstance(user, int) or user.isdigit():
        return int(user)
    try:
        return pwd.getpwnam(user).pw_uid
    except KeyError:
        return None


@cache
def group_id(group: str | int) -> int | None:
    """The number of a group: of a name, or of digits as they are; None where there is no such group."""
    if isinstance(group, int) or group.isdigit():
        return int(group)
    try:
        return grp.getgrnam(group).gr_gid
    except KeyError:
        return None


@cache
def user_name(uid: int) -> str:
    """The name of user `uid`; the digits where it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


@cache
def group_name(gid: int) -> str:
    """The name of group `gid`; the digits where it has none."""
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)


def forget() -> None:
    """Ask anew from now on: an account has changed."""
    for lookup in (user_id, group_id, user_name, group_name):
        lookup.cache_clear()
