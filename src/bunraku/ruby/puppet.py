"""The Puppet that is installed here, applying single resources whose types and providers modules write in Ruby.

One process, started at the first such resource and kept: starting takes a second or more, each resource after that no
more than its provider does. A question is a resource as the catalog's wire format has it, with `noop` and `refresh`;
the answer is the events of Puppet's own report. `apply.rb` is what runs in the process.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from bunraku.ruby.errors import RubyError, RubyMissing
from bunraku.system.conversation import Conversation
from bunraku.system.process import CommandError, CommandTimeout

START_DEADLINE = 120.0
DEADLINE = 3600.0
"""Seconds that one resource may take: installing a package through a provider is one."""

OWN_RUBY = "/opt/puppetlabs/puppet/bin/ruby"
"""The Ruby of Puppet's own packages, which has Puppet in it; else the system's may have it."""


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
        self._program = program or (OWN_RUBY if os.access(OWN_RUBY, os.X_OK) else "ruby")
        self._deadline = deadline
        self._conversation: Conversation | None = None

    def apply(self, resource: dict[str, Any], *, noop: bool, refresh: bool) -> dict[str, Any]:
        """Apply a resource; `events` (dicts: resource, property, status, previous, desired, message, name) and
        `logs` (level and message).

        resource: in the wire format, without relationships. Raises RubyError, RubyMissing where there is no Puppet.
        """
        started = self._conversation is not None
        try:
            if self._conversation is None:
                self._conversation = self._start()
            return self._ask({"resource": resource, "noop": noop, "refresh": refresh}, self._deadline)
        except CommandTimeout:
            what = f"Puppet was ended: it was not done after {self._deadline if started else START_DEADLINE:g} s"
            self.end()
            raise RubyError(what) from None
        except CommandError as error:
            self.end()
            raise RubyError(str(error)) from None
        except KeyboardInterrupt:
            self.end()
            raise

    def end(self) -> None:
        """End the process, if it runs."""
        if self._conversation is not None:
            self._conversation.end()
            self._conversation = None

    def _start(self) -> Conversation:
        folder = self._folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            conversation = Conversation([self._program, str(files("bunraku.ruby") / "apply.rb")])
        except CommandError as error:
            raise RubyMissing(str(error)) from None
        self._conversation = conversation
        libraries = [library for path in self._modules.values() if (library := Path(path, "lib")).is_dir()]
        settings = {
            "arguments": [f"--confdir={folder}/etc", f"--vardir={folder}/var", f"--rundir={folder}/run"],
            "environment": self._environment,
            "modulepath": list(dict.fromkeys(str(Path(path).parent) for path in self._modules.values())),
            "libraries": list(map(str, libraries)),
        }
        try:
            self._ask(settings, START_DEADLINE)
        except RubyError as error:
            self.end()
            raise RubyMissing(error.message) from None
        return conversation

    def _ask(self, question: dict[str, Any], seconds: float) -> dict[str, Any]:
        assert self._conversation is not None
        end = time.monotonic() + seconds
        self._conversation.say(json.dumps(question).encode(), deadline=end)
        answer: dict[str, Any] = json.loads(self._conversation.hear(deadline=end))
        if "error" in answer:
            raise RubyError(answer["error"])
        return answer
