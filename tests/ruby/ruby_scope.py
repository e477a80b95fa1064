"""A calling scope made of plain Python."""

import re
from collections.abc import Callable
from typing import Any


class Scope:
    """A `Caller` with variables, Python functions and a log."""

    def __init__(self, **variables: Any) -> None:
        self.key = id(self)
        self.values = variables
        self.functions: dict[str, Callable[..., Any]] = {}
        self.logs: list[tuple[str, str]] = []
        self.known: dict[str, Any] = {
            "classes": ["settings", "web"],
            "catalog_tags": ["web"],
            "node": "host.example.com",
        }

    def lookup(self, name: str) -> Any:
        return self.values.get(name)

    def has(self, name: str) -> bool:
        return name in self.values

    def set(self, name: str, value: Any) -> None:
        self.values[name] = value

    def change(self, value: Any, now: Any) -> None:
        value[:] = now

    def variables(self) -> dict[str, Any]:
        return self.values

    def call_function(self, name: str, arguments: list[Any], block: Callable[..., Any] | None) -> Any:
        return self.functions[name](*arguments, *([block] if block else []))

    def log(self, level: str, message: str) -> None:
        self.logs.append((level, message))

    def about(self, what: str) -> Any:
        return self.known.get(what)

    def resource(self, type_name: str, title: str) -> dict[str, Any] | None:
        return {"ensure": "file"} if (type_name, title) == ("File", "/etc/motd") else None

    def set_parameter(self, type_name: str, title: str, name: str, value: Any) -> None:
        self.values[f"{type_name}[{title}]", name] = value

    def setting(self, name: str) -> Any:
        return {"vardir": "/var/lib/puppet"}.get(name)

    def type(self, text: str) -> Any:
        return Type(text)

    def infer(self, value: Any) -> Any:
        return Type(type(value).__name__)

    def reference(self, type_name: str, title: str | None) -> Any:
        return f"{type_name}[{title}]"

    def regexp(self, source: str) -> Any:
        return re.compile(source)


class Type:
    """Stands in for a type of the language."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text

    def assignable(self, other: "Type") -> bool:
        return other.text == self.text

    def instance(self, value: Any) -> bool:
        return isinstance(value, str) == (self.text == "String")
