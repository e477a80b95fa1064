"""What is installed here and written in Ruby (Puppet, facter), at work for us: a line of JSON to it, a line from it.

The first line that goes out is the settings, the first that comes back says that it is ready. An answer with `error`
is what it raised. The program ends with its input, hence with ours.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any

from bunraku.ruby.errors import RubyError, RubyMissing
from bunraku.system.conversation import Conversation
from bunraku.system.process import CommandError, CommandTimeout

START_DEADLINE = 120.0

OWN_RUBY = "/opt/puppetlabs/puppet/bin/ruby"
"""The Ruby of Puppet's own packages, which has Puppet and facter in it; else the system's may have them."""


class Installed:
    """A script of this folder in a process of its own, started at the first question and kept.

    name: what it runs, for messages. settings: gives the first line. deadline: seconds that an answer may take.
    """

    def __init__(
        self, name: str, script: str, settings: Callable[[], Mapping[str, Any]], *, program: str | None, deadline: float
    ) -> None:
        self._name = name
        self._script = script
        self._settings = settings
        self._program = program or (OWN_RUBY if os.access(OWN_RUBY, os.X_OK) else "ruby")
        self._deadline = deadline
        self._conversation: Conversation | None = None

    def ask(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """The answer. Raises RubyMissing where it cannot be started; RubyError where it fails, ends or takes too
        long: then the next question starts it again.
        """
        if self._conversation is None:
            try:
                self._conversation = Conversation([self._program, str(files("bunraku.ruby") / self._script)])
                self._exchange(self._settings(), START_DEADLINE)
            except (CommandError, RubyError) as error:
                self.end()
                raise RubyMissing(str(error)) from None
        return self._exchange(question, self._deadline)

    def end(self) -> None:
        """End the process, if it runs."""
        if self._conversation is not None:
            self._conversation.end()
            self._conversation = None

    def _exchange(self, question: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        assert self._conversation is not None
        end = time.monotonic() + seconds
        try:
            self._conversation.say(json.dumps(question).encode(), deadline=end)
            answer: dict[str, Any] = json.loads(self._conversation.hear(deadline=end))
        except CommandTimeout:
            self.end()
            raise RubyError(f"{self._name} was ended: it was not done after {seconds:g} s") from None
        except CommandError as error:
            self.end()
            raise RubyError(str(error)) from None
        except KeyboardInterrupt:
            self.end()
            raise
        if "error" in answer:
            raise RubyError(answer["error"])
        return answer
