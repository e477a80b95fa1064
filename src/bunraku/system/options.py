"""What an operator may set of a daemon, declared once: the flags, the environment and the configuration file follow it.

A room lists its `Option`s and keeps their values in a class of its own; here values are read and judged. One that
cannot be used is an error that names the place, what is wanted, and the value, unless that is a secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

WORDS = {"true": True, "1": True, "t": True, "false": False, "0": False, "f": False, "": False}


class Option(NamedTuple):
    """One setting: its name, what it is for, and what it may be.

    kind: text, list, switch, number or duration. flag: the flag, where it is not the name with dashes. choices: the
    texts that it may be. refused: texts that somebody might expect there, and why not. least, most: of a number.
    secret: whether its value is never shown.
    """

    name: str
    help: str
    kind: str = "text"
    flag: str = ""
    choices: tuple[str, ...] = ()
    refused: Mapping[str, str] = {}
    group: str = ""
    least: int = 0
    most: int = 2**31
    secret: bool = False

    @property
    def spelled(self) -> str:
        """The flag, without dashes in front."""
        return self.flag or self.name.replace("_", "-")


class Options:
    """All that may be set. variables: how the names of their environment variables begin. error: what is raised."""

    def __init__(self, options: Sequence[Option], *, variables: str, error: type[Exception]) -> None:
        self._options = options
        self._variables = variables
        self._error = error
        self._by_name = {option.spelled.replace("-", "_"): option for option in options}
        self._by_name |= {option.name: option for option in options}

    def __iter__(self) -> Iterator[Option]:
        return iter(self._options)

    @property
    def names(self) -> list[str]:
        """All names by which an option is known."""
        return list(self._by_name)

    def named(self, name: str) -> Option | None:
        """The option of this name or flag, written with `-` or `_`."""
        return self._by_name.get(name.replace("-", "_"))

    def from_environment(self, environment: Mapping[str, str]) -> dict[str, Any]:
        """The values that environment variables give, by the options' names; empty ones give none."""
        given = {}
        for option in self:
            variable = self._variables + option.name.upper()
            if environment.get(variable):
                given[option.name] = self.value(option, environment[variable], variable)
        return given

    def from_flags(self, flags: Mapping[str, Any]) -> dict[str, Any]:
        """The values of flags, by the options' names; None was not given, a list was given several times."""
        given = {}
        for option in self:
            value = flags.get(option.name)
            if value is not None:
                value = ",".join(value) if isinstance(value, list) else value
                given[option.name] = self.value(option, value, f"-{option.spelled}")
        return given

    def value(self, option: Option, value: Any, where: str) -> Any:
        """`value` (text, or as a file has it) as the setting holds it; `where` it stands, for the error."""
        try:
            return _converted(option, value)
        except ValueError as wanted:
            shown = "" if option.secret else f", not {value!r}"
            raise self._error(f"{where} must be {wanted}{shown}") from None


def _converted(option: Option, value: Any) -> Any:
    """ValueError says what is wanted instead."""
    match option.kind:
        case "switch":
            return _switch(value)
        case "list":
            return _list(value)
        case "number":
            return _number(option, value)
        case "duration":
            return duration(value)
    if not isinstance(value, str):
        raise ValueError("a text in quotes")
    if option.choices and value and value not in option.choices:
        why = f": {value} {option.refused[value]}" if value in option.refused else ""
        raise ValueError(f"one of {', '.join(option.choices)}{why}")
    return value


def _switch(value: Any) -> bool:
    word = str(value).lower()
    if word not in WORDS:
        raise ValueError("true or false")
    return WORDS[word]


def _list(value: Any) -> tuple[str, ...]:
    """A text is split at commas; a file has lists."""
    items = [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
    if not isinstance(items, (list, tuple)) or not all(isinstance(item, str) for item in items):
        raise ValueError("a list of texts")
    return tuple(items)


def _number(option: Option, value: Any) -> int:
    most = f" to {option.most}" if option.most < 2**31 else " or more"
    try:
        number = int(value)
        if option.least <= number <= option.most:
            return number
    except (TypeError, ValueError):
        pass
    raise ValueError(f"a number of {option.least}{most}")


_DURATION = r"(?:(\d+(?:\.\d+)?)(ms|us|µs|ns|h|m|s))"
_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}


def duration(value: object) -> float:
    """Seconds, of a number of them or of text as Go writes it: 500ms, 2s, 1m30s. ValueError for anything else."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0:
        return float(value)
    text = str(value).strip()
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    parts = re.findall(_DURATION, text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ValueError("a time such as 500ms, 2s or 1m30s")
    return sum(float(number) * _UNITS[unit] for number, unit in parts)
