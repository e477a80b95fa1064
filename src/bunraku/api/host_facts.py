"""The facts of this host for a compilation: with those that modules add, as Puppet has them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from bunraku.facts import Added, Facts, collect
from bunraku.facts.external import default_folders


def host_facts(modulepath: Iterable[Path], *, external: Sequence[str] | None = None) -> Facts:
    """The facts of this host.

    modulepath: folders of modules: the files in a module's `facts.d` are external facts, those in its `lib/facter` are
    facts in Ruby. external: folders of external facts (default: facter's), which win over the modules'.
    """
    modules = [str(module) for folder in modulepath for module in _folders(folder)]
    own = default_folders() if external is None else external
    return collect(external=[*(f"{module}/facts.d" for module in modules), *own], added=_in_ruby(modules))


def _in_ruby(modules: Sequence[str]) -> Callable[[list[str]], Added]:
    def make(warnings: list[str]) -> Added:
        from bunraku.ruby.facts import RubyFacts

        return RubyFacts([f"{module}/lib/facter" for module in modules], warnings)

    return make


def _folders(place: Path) -> Iterator[Path]:
    """The folders in a folder, in order of name."""
    try:
        yield from sorted(entry for entry in place.iterdir() if entry.is_dir())
    except OSError:
        return
