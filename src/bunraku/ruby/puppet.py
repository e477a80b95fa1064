"""The Puppet that is installed here, applying single resources whose types and providers modules write in Ruby.

One process, started at the first such resource and kept: starting takes a second or more, each resource after that no
more than its provider does. A question is a resource as the catalog's wire format has it, with `noop` and `refresh`;
the answer is the events of Puppet's own report. `apply.rb` is what runs in the process.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bunraku.ruby.installed import Installed

DEADLINE = 3600.0
"""Seconds that one resource may take: installing a package through a provider is one."""


class Puppet:
    """Puppet, started on first need.

    modules: the folder of each module by its name. environment: its name. folder: where Puppet may keep its state.
    """

    def __init__(
        self,
        modules: Mapping[str, str],
        environment: str,
        folder: Path,
        *,
        program: str | None = None,
        deadline: float = DEADLINE,
    ) -> None:
        self._modules = modules
        self._environment = environment
        self._folder = folder
        self._installed = Installed("Puppet", "apply.rb", self._settings, program=program, deadline=deadline)
        self.end = self._installed.end

    def apply(self, resource: dict[str, Any], *, noop: bool, refresh: bool) -> dict[str, Any]:
        """Apply a resource; `events` (dicts: resource, property, status, previous, desired, message, name) and
        `logs` (level and message).

        resource: in the wire format, without relationships. Raises RubyError, RubyMissing where there is no Puppet.
        """
        return self._installed.ask({"resource": resource, "noop": noop, "refresh": refresh})

    def _settings(self) -> dict[str, Any]:
        folder = self._folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        libraries = [library for path in self._modules.values() if (library := Path(path, "lib")).is_dir()]
        return {
            "arguments": [f"--confdir={folder}/etc", f"--vardir={folder}/var", f"--rundir={folder}/run"],
            "environment": self._environment,
            "modulepath": list(dict.fromkeys(str(Path(path).parent) for path in self._modules.values())),
            "libraries": list(map(str, libraries)),
        }
