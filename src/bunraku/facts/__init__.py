"""Facts: what a host says about itself, with the names and values of facter 4.

One file a family. A family is a module with `resolve(facts) -> dict`: the family's facts by name, None where the
host has no such thing. It reads the host through `facts.host` (so that a test can show it another host's files) and
may ask for other facts by name. A family runs when one of its facts is first read, and once.

The old flat names (`osfamily`, `ipaddress_eth0`) are answered when asked for, and not listed: see `legacy`. What
operators add (`external`) comes before what is known of the host; what modules add in Ruby comes last, from outside.
May import: formats, system.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bunraku.facts.collection import Added, Facts

__all__ = ["Added", "Facts", "collect"]


def collect(
    root: str = "/", external: Sequence[str] | None = None, added: Callable[[list[str]], Added] | None = None
) -> Facts:
    """The facts of the host whose file system is at `root`; nothing is read before it is asked for.

    external: folders of external facts (default: facter's). added: see `Facts`.
    """
    from bunraku.facts.external import default_folders
    from bunraku.facts.host import Host

    return Facts(Host(root), default_folders() if external is None else external, added)
