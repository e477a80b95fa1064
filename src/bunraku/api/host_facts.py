"""The facts of this host with those that modules and operators add, as Puppet has them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from bunraku.facts import Added, Facts, collect
from bunraku.facts.external import default_folders


def host_facts(
    modulepath: Iterable[Path] = (), *, external: Sequence[str] | None = None, in_ruby: Sequence[str] | None = ()
) -> Facts:
    """The facts of this host.

    modulepath: folders of modules: the files in a module's `facts.d` are external facts, those in its `lib/facter` are
    facts in Ruby. external: folders of external facts (default: facter's), which win over the modules'. in_ruby:
    further folders of facts in Ruby, beside those that FACTERLIB names; None: no facts in Ruby at all.
    """
    modules = [str(module) for folder in modulepath for module in _folders(folder)]
    files = [*(f"{module}/facts.d" for module in modules), *(default_folders() if external is None else external)]
    if in_ruby is None:
        return collect(external=files)
    named = [folder for folder in os.environ.get("FACTERLIB", "").split(os.pathsep) if folder]
    folders = [*in_ruby, *named, *(f"{module}/lib/facter" for module in modules)]
    return collect(external=files, added=_in_ruby(list(filter(os.path.isdir, folders))))


def _in_ruby(folders: Sequence[str]) -> Callable[[list[str]], Added] | None:
    if not folders:
        return None

    def make(warnings: list[str]) -> Added:
        from bunraku.ruby.facts import RubyFacts

        return RubyFacts(folders, warnings)

    return make


def _folders(place: Path) -> Iterator[Path]:
    """The folders in a folder, in order of name."""
    try:
        yield from sorted(entry for entry in place.iterdir() if entry.is_dir())
    except OSError:
        return
