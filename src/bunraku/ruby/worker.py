"""`Worker`: a Ruby process that renders templates, calls functions and reads types, and asks back as it goes.

One conversation, strictly nested: bunraku sends a task and, until its answer comes, answers the questions that the
task asks; answering may take further tasks. So there is never more than one speaker, and a stack of tasks on both
sides. A task has a deadline; past it the process is ended, and the next task starts a new one.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import orjson

from bunraku.ruby.errors import RubyError, RubyMissing
from bunraku.ruby.values import Values
from bunraku.system.conversation import Conversation
from bunraku.system.process import CommandError, CommandTimeout

_FILES = {"render": "templates", "load_function": "functions", "read_type": "types"}
"""The file of `program/` behind a task, where Ruby loads it on first need."""

DEADLINE = 60.0
"""Seconds for one task, with the questions that it asks."""

_PROGRAM = Path(__file__).with_name("program") / "main.rb"
_VARIABLE = re.compile(r"@([A-Za-z_]\w*)")


class Caller(Protocol):
    """Who evaluates: answers what Ruby code asks. Values are Puppet's, as `catalog.values` tells.

    Whatever these raise goes through the Ruby code and, unless that rescues it, out of the worker's method as it is.
    """

    @property
    def key(self) -> int:
        """A number that stands for the scope while it lives."""

    def lookup(self, name: str) -> Any:
        """The variable's value; undef where there is none. `::name` is the top scope's."""

    def has(self, name: str) -> bool:
        """Whether the variable is set."""

    def set(self, name: str, value: Any) -> None:
        """Set a variable of the calling scope."""

    def variables(self) -> dict[str, Any]:
        """Every variable that the scope sees, but those that are undef."""

    def call_function(self, name: str, arguments: list[Any], block: Callable[..., Any] | None) -> Any:
        """Call a function."""

    def change(self, value: list[Any] | dict[Any, Any], now: Any) -> None:
        """Ruby code has changed a value that it was given, in place: make it what it is now."""

    def log(self, level: str, message: str) -> None:
        """Log a message (level: debug, info, notice, warning, err, …) at the calling scope."""

    def about(self, what: str) -> Any:
        """What is known of the evaluation. what: "resource" → [type, title] or None; "source" → [kind (class, define
        or node), name, module] of the definition; "tags", "catalog_tags", "classes" → lists of names; "resources" →
        list of [type, title]; "module", "node" → names.
        """

    def resource(self, type_name: str, title: str) -> dict[str, Any] | None:
        """The parameters of a resource of the catalog, or None where it has none such."""

    def set_parameter(self, type_name: str, title: str, name: str, value: Any) -> None:
        """Set a parameter of a resource of the catalog, whoever has set it before."""

    def setting(self, name: str) -> Any:
        """The value of a Puppet setting; undef for an unknown one."""

    def type(self, text: str) -> Any:
        """The type that `text` spells."""

    def infer(self, value: Any) -> Any:
        """The type of `value`."""

    def reference(self, type_name: str, title: str | None) -> Any:
        """The reference `Type[title]`."""

    def regexp(self, source: str) -> Any:
        """A regular expression."""


class Dispatch(NamedTuple):
    """One overload of a Ruby function.

    method: the Ruby method behind it, which messages name. parameters: (kind, type as text, name); kind is required,
    optional, repeated or required_repeated. block: (required or optional, type as text, name) or None. returns: type
    as text, None for any. mismatch: it takes wrong arguments in order to say what is wrong with them; what it returns
    is the message.
    """

    method: str
    parameters: tuple[tuple[str, str, str], ...]
    block: tuple[str, str, str] | None
    returns: str | None
    mismatch: bool


class RubyFunction(NamedTuple):
    """How a function of a module is called.

    dispatches: the overloads of a 4.x function; empty for the 3.x interface, where `arity` counts the arguments
    (-N: at least N - 1) and `rvalue` tells whether it gives a value. aliases: type aliases (`A = B`) that its types
    may use.
    """

    name: str
    dispatches: tuple[Dispatch, ...] = ()
    aliases: tuple[str, ...] = ()
    arity: int = -1
    rvalue: bool = True

    @property
    def legacy(self) -> bool:
        """Whether it is of the 3.x interface."""
        return not self.dispatches


class Worker:
    """Ruby, started on first need.

    modules: the folder of each module by the module's name, as the environment resolves them. environment: its name.
    program: the Ruby to run.
    """

    def __init__(
        self,
        modules: Mapping[str, str],
        environment: str = "production",
        *,
        program: str = "ruby",
        deadline: float = DEADLINE,
    ) -> None:
        self._modules = modules
        self._environment = environment
        self._program = program
        self._deadline = deadline
        self._conversation: Conversation | None = None
        self._tasks: list[_Task] = []
        self._sent: dict[tuple[str | None, str], int] = {}
        self._numbers = count()
        self.used: set[str] = set()
        """The files of `program/` that tasks needed."""

    @property
    def started(self) -> bool:
        """Whether the process runs."""
        return self._conversation is not None

    def expect(self, files: Sequence[str]) -> None:
        """Start Ruby now, since it will be needed, and let it load `files` (names as in `used`) until then.

        Where it cannot be started, the first task tells.
        """
        if self._conversation is None:
            with suppress(RubyError):
                self._start("Ruby code", files)

    def render(self, text: str, path: str | None, caller: Caller) -> str:
        """The text that the ERB template `text` gives (trim mode `-`). path: its file, for messages.

        Raises RubyError with the place in the template, RubyMissing.
        """
        # Templates see every variable that is not undef as @name; only those that they mention need to travel.
        names = _mentioned(text)
        if names is None:
            variables = {re.sub(r"\W", "_", name): value for name, value in caller.variables().items()}
        else:
            found = ((name, caller.lookup(name)) for name in names if caller.has(name))
            variables = {name: value for name, value in found if value is not None}
        subject = path or "an inline template"
        if self._conversation is None:
            self._start(subject)
        # Ruby keeps what it was sent, so that a template's text travels once.
        number = self._sent.get((path, text))
        if number is None:
            number = self._sent[path, text] = next(self._numbers)
            details: dict[str, Any] = {"text": text, "path": path}
        else:
            details = {}
        try:
            return str(self._do("render", caller, subject, number=number, variables=variables, **details))
        except BaseException:
            # It may be that Ruby could make nothing of the text, and has not kept it.
            self._sent.pop((path, text), None)
            raise

    def load_function(self, name: str, path: str, text: str, caller: Caller) -> RubyFunction:
        """Evaluate the file of the function `name`. Raises RubyError, RubyMissing."""
        found = self._do("load_function", caller, path, name=name, path=path, text=text)
        if found["api"] == 3:
            return RubyFunction(name, arity=found["arity"], rvalue=found["rvalue"])
        return RubyFunction(name, tuple(map(_dispatch, found["dispatches"])), tuple(found["aliases"]))

    def call(
        self,
        function: RubyFunction,
        dispatch: int,
        arguments: list[Any],
        caller: Caller,
        block: Callable[..., Any] | None = None,
    ) -> Any:
        """Call a loaded function. dispatch: the number of the overload that takes the arguments (0 for 3.x).

        Raises RubyError, and whatever `caller` raised.
        """
        return self._do(
            "call_function",
            caller,
            f"the function '{function.name}'",
            name=function.name,
            dispatch=dispatch,
            arguments=arguments,
            block=block,
        )

    def read_type(self, name: str, path: str) -> dict[str, Any]:
        """The surface of the resource type that the file declares, as `types.read` keeps it. Raises RubyError,
        RubyMissing.
        """
        found: dict[str, Any] = self._do("read_type", None, path, name=name, path=path)
        return found

    def end(self) -> None:
        """End the process, if it runs."""
        if self._conversation is not None:
            self._conversation.end()
            self._conversation = None

    # ---- the conversation

    def _do(self, name: str, caller: Caller | None, subject: str, /, **details: Any) -> Any:
        """Have a task done. subject: what it is about, for messages."""
        if name in _FILES:
            self.used.add(_FILES[name])
        conversation = self._conversation or self._start(subject)
        outer = self._tasks[-1] if self._tasks else None
        given = details.get("variables") or {str(n): value for n, value in enumerate(details.get("arguments", ()))}
        task = _Task(self, caller, outer, time.monotonic() + self._deadline, given)
        self._tasks.append(task)
        try:
            return task.run(conversation, {"do": name, **details})
        except CommandTimeout:
            self._conversation = None
            raise RubyError(f"Ruby was ended: {subject} was not done after {self._deadline:g} s") from None
        except CommandError as error:
            self._conversation = None
            raise RubyError(f"Ruby has failed at {subject}: {error}") from error
        except BaseException:
            # Past an exception of ours (Ctrl-C) the two sides no longer agree on whose turn it is.
            if not task.settled:
                self.end()
            raise
        finally:
            self._tasks.pop()

    def _start(self, subject: str, ahead: Sequence[str] = ()) -> Conversation:
        """Start the process. ahead: files of `program/` that it loads before the first task."""
        first = {"modules": dict(self._modules), "environment": self._environment, "ahead": ahead}
        try:
            conversation = Conversation([self._program, "--disable=gems", "-W0", str(_PROGRAM)])
            conversation.say(orjson.dumps(first), deadline=time.monotonic() + self._deadline)
        except CommandError as error:
            raise RubyMissing(
                f"{subject} needs Ruby, but {error}; install it (Debian: apt-get install ruby)"
            ) from error
        self._conversation = conversation
        self._sent.clear()
        return conversation


@lru_cache(maxsize=1024)
def _mentioned(text: str) -> tuple[str, ...] | None:
    """The variables that a template mentions; None where it may get at any of them by other ways."""
    if "instance_variable" in text or "binding" in text:
        return None
    return tuple(dict.fromkeys(_VARIABLE.findall(text)))


def _dispatch(details: dict[str, Any]) -> Dispatch:
    return Dispatch(
        details["method"],
        tuple((kind, type_text, name) for kind, type_text, name in details["parameters"]),
        tuple(details["block"]) if details["block"] else None,
        details["returns"],
        details["mismatch"],
    )


class _Task:
    """One task on its way: puts its questions to the caller until its answer comes.

    given: the values that Ruby code may change in place, by the names that it knows them by.
    """

    def __init__(
        self, worker: Worker, caller: Caller | None, outer: _Task | None, deadline: float, given: dict[str, Any]
    ) -> None:
        self._worker = worker
        self._caller: Caller | None = caller if caller is not None or outer is None else outer._caller
        # Values and exceptions that wait belong to the outermost task: inner ones may pass them on.
        self._values: Values = Values(self) if outer is None else outer._values
        self._deadline = deadline
        self._given = given
        self.settled = False

    def run(self, conversation: Conversation, message: dict[str, Any]) -> Any:
        message["scope"] = 0 if self._caller is None else self._caller.key
        conversation.say(self._values.dump(message), deadline=self._deadline)
        while True:
            answer = self._values.load(conversation.hear(deadline=self._deadline))
            if "ask" in answer:
                conversation.say(self._reply(answer), deadline=self._deadline)
                continue
            self.settled = True
            if "error" in answer:
                raise self._error(answer["error"])
            for name, now in answer.get("changed", {}).items():
                self._known_caller().change(self._given[name], now)
            return answer["value"]

    def _reply(self, question: dict[str, Any]) -> bytes:
        try:
            return self._values.dump({"value": self._answer(question)})
        except Exception as error:
            message = getattr(error, "message", None) or str(error)
            return self._values.dump({"error": {"message": message, "id": self._values.keep(error)}})

    def _error(self, details: dict[str, Any]) -> BaseException:
        if details["id"] is not None:
            error: BaseException = self._values.waiting(details["id"])
            return error
        return RubyError(details["message"], ruby_class=details["class"], file=details["file"], line=details["line"])

    def _answer(self, question: dict[str, Any]) -> Any:
        if self._caller is None:
            # The file of a type may ask for a fact or log as it is read: neither has a bearing on the type's surface.
            return None
        return _ANSWERS[question["ask"]](self, self._caller, question)

    def lookup(self, caller: Caller, name: str) -> Any:
        value = self._given[name] = caller.lookup(name)
        return value

    # ---- values that only Ruby code named

    def reference(self, type_name: str, title: str | None) -> Any:
        return self._known_caller().reference(type_name, title)

    def type(self, text: str) -> Any:
        return self._known_caller().type(text)

    def regexp(self, source: str) -> Any:
        return self._known_caller().regexp(source)

    def ruby_block(self, number: int, arity: int) -> Callable[..., Any]:
        return RubyBlock(self._worker, self._caller, number, arity)

    def _known_caller(self) -> Caller:
        if self._caller is None:
            raise RubyError("Ruby code made a value that it cannot make here: there is no scope")
        return self._caller

    def block(self, question: dict[str, Any]) -> Any:
        return self._values.waiting(question["id"])(*question["arguments"])

    def method(self, question: dict[str, Any]) -> Any:
        value = self._values.waiting(question["id"])
        name = question["name"]
        if name not in value.puppet_methods:
            raise RubyError(f"undefined method `{name}' for {type(value).__name__}", ruby_class="NoMethodError")
        return getattr(value, name.rstrip("?"))(*question["arguments"])


class RubyBlock:
    """A block of Ruby code that a function of the Puppet language, or of ours, calls."""

    def __init__(self, worker: Worker, caller: Caller | None, number: int, arity: int) -> None:
        self._worker = worker
        self._caller = caller
        self._number = number
        self._arity = arity
        self.parameter_names = tuple(f"p{n}" for n in range(abs(arity)))

    def takes(self, count: int) -> bool:
        """Whether it can be called with `count` arguments (Ruby's rule for arity)."""
        return count == self._arity or self._arity < 0 <= count + self._arity + 1

    def __call__(self, *arguments: Any) -> Any:
        """What the block gives for the arguments."""
        return self._worker._do("call_block", self._caller, "a block", proc=self._number, arguments=list(arguments))


_ANSWERS: dict[str, Callable[[_Task, Caller, dict[str, Any]], Any]] = {
    "lookup": lambda task, caller, q: task.lookup(caller, q["name"]),
    "has": lambda task, caller, q: caller.has(q["name"]),
    "set": lambda task, caller, q: caller.set(q["name"], q["value"]),
    "variables": lambda task, caller, q: caller.variables(),
    "function": lambda task, caller, q: caller.call_function(q["name"], q["arguments"], q["block"]),
    "log": lambda task, caller, q: caller.log(q["level"], q["message"]),
    "about": lambda task, caller, q: caller.about(q["what"]),
    "resource": lambda task, caller, q: caller.resource(q["type"], q["title"]),
    "set_parameter": lambda task, caller, q: caller.set_parameter(q["type"], q["title"], q["name"], q["value"]),
    "setting": lambda task, caller, q: caller.setting(q["name"]),
    "type": lambda task, caller, q: caller.type(q["text"]),
    "infer": lambda task, caller, q: caller.infer(q["value"]),
    "instance": lambda task, caller, q: caller.type(q["type"]).instance(q["value"]),
    "block": lambda task, caller, q: task.block(q),
    "method": lambda task, caller, q: task.method(q),
}
"""How each question of `program/` is answered."""
