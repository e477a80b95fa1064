"""Resources of types that bunraku does not have, handed over to the Puppet that is installed, if one is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bunraku.resources.base import ResourceError
from bunraku.ruby.errors import RubyError, RubyMissing
from bunraku.ruby.puppet import Puppet
from bunraku.ruby.types import find


class InstalledPuppet:
    """`resources.base.Elsewhere`. modules: the folder of each by its name. folder: where Puppet keeps its state."""

    def __init__(self, modules: Mapping[str, Path], environment: str, folder: Path) -> None:
        self._folders = {name: str(path) for name, path in modules.items()}
        self._puppet = Puppet(self._folders, environment, folder)
        self.end = self._puppet.end

    def apply(self, resource: dict[str, Any], *, noop: bool, refresh: bool) -> dict[str, Any]:
        """See `Elsewhere`."""
        try:
            return self._puppet.apply(resource, noop=noop, refresh=refresh)
        except RubyMissing as missing:
            raise ResourceError(
                f"the type '{resource['type'].lower()}' of {self._owner(resource['type'].lower())} is written in Ruby, "
                f"and there is no Puppet here to apply it: {missing.message}; install puppet-agent",
            ) from None
        except RubyError as error:
            raise ResourceError(error.message) from None

    def _owner(self, type_name: str) -> str:
        file = find(type_name, self._folders.values())
        names = {folder: name for name, folder in self._folders.items()}
        return "Puppet itself" if file is None else f"the module '{names[file.partition('/lib/puppet/')[0]]}'"
