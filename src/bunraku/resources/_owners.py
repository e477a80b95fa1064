"""Owners by name as numbers, for what is about to be written."""

from __future__ import annotations

from bunraku.resources.base import ResourceError
from bunraku.system import accounts


def uid(name: str | None) -> int | None:
    """The number of a user; None for None. Raises ResourceError where there is no such user."""
    return _known("user", name, None if name is None else accounts.user_id(name))


def gid(name: str | None) -> int | None:
    """The number of a group; None for None. Raises ResourceError where there is no such group."""
    return _known("group", name, None if name is None else accounts.group_id(name))


def _known(kind: str, name: str | None, number: int | None) -> int | None:
    if name is not None and number is None:
        raise ResourceError(f"Could not find {kind} {name}")
    return number
