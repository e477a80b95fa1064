"""cron: an entry of a user's crontab."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from bunraku.resources.base import Changes, Ensure, Param, Property, ResourceError, ResourceType, Run, State, text
from bunraku.system import process

MARK = "# Puppet Name: "
"""What stands above an entry that is managed; the same as Puppet writes, so that its entries are found."""

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
TIMES = ("minute", "hour", "monthday", "month", "weekday")
DEADLINE = 30.0


def _time(low: int, high: int, words: tuple[str, ...] = ()) -> Callable[[Any], list[str]]:
    """Checks the values of a time field: numbers, names, ranges and steps."""

    def one(item: Any) -> str:
        value = str(item).lower()
        for place, word in enumerate(words):
            if value == word or len(value) > 3 and value.startswith(word):
                return str(place + low)
        if value in ("*", "absent"):
            return "*"
        for number in re.findall(r"\d+", value.partition("/")[0]):
            if not low <= int(number) <= high:
                raise ValueError(f"{item} is not a valid value: it is not between {low} and {high}")
        if not re.fullmatch(r"(\*|\d+(-\d+)?)(/\d+)?", value):
            raise ValueError(f"{item} is not a valid value")
        return str(int(value)) if value.isdigit() else value

    return lambda values: [one(item) for value in values for item in str(value).split(",")]


class Entry(NamedTuple):
    """A managed entry of a crontab: the lines that it takes up, and what they say."""

    first: int
    last: int
    state: State


class Cron(ResourceType):
    """Manages a line of a crontab, marked with its name. A time that is not declared is left as it is, or is `*`."""

    only_provider = "crontab"

    name = Param("The entry's name, which is written above it.", namevar=True)
    ensure = Ensure()
    command = Property("What is run.", munge=lambda value: text(value).strip())
    special = Property("reboot, daily … instead of the times.", munge=lambda value: text(value).removeprefix("@"))
    minute = Property("Minutes, 0 to 59.", many=True, munge=_time(0, 59))
    hour = Property("Hours, 0 to 23.", many=True, munge=_time(0, 23))
    monthday = Property("Days of the month, 1 to 31.", many=True, munge=_time(1, 31))
    month = Property("Months, 1 to 12, or their names.", many=True, munge=_time(1, 12, MONTHS))
    weekday = Property("Days of the week, 0 to 7, or their names.", many=True, munge=_time(0, 7, DAYS))
    environment = Property("Variables, NAME=value.", many=True, munge=lambda v: [str(i) for i in v if i != "absent"])
    user = Property("Whose crontab.", munge=text)
    target = Param("The same.", munge=text)
    provider = Param("crontab.")

    @classmethod
    def instances(cls, run: Run) -> Iterable[str]:
        """The names of the managed entries of our own crontab."""
        return [line.removeprefix(MARK) for line in _read("root") if line.startswith(MARK)]

    def autorequire(self) -> Iterable[tuple[str, str]]:
        """The user."""
        return [("user", self._owner())]

    def _owner(self) -> str:
        return str(self.user or self.target or "root")

    def _entry(self, lines: list[str]) -> Entry | None:
        mark = f"{MARK}{self.name}"
        first = next((i for i, line in enumerate(lines) if line.strip() == mark), None)
        if first is None:
            return None
        last, environment = first + 1, []
        while last < len(lines) and re.match(r"\s*\w+\s*=", lines[last]):
            environment.append(lines[last].strip())
            last += 1
        state: State = {"ensure": "present", "environment": environment, "user": self._owner()}
        if last < len(lines):
            state.update(_parse(lines[last]))
        return Entry(first, min(last, len(lines) - 1), state)

    def read(self) -> State:
        """The entry below its name."""
        entry = self._entry(_read(self._owner()))
        return entry.state if entry else {"ensure": "absent"}

    def in_sync(self, name: str, current: Any, desired: Any) -> bool:
        """`absent` is no special time; a time that is not there is `*`."""
        if name == "special":
            return bool((current or "absent") == desired)
        if name in TIMES:
            return self._special() is not None or bool((current or ["*"]) == desired)
        return super().in_sync(name, current, desired)

    def _special(self) -> str | None:
        return None if self.special in (None, "absent") else str(self.special)

    def change(self, changes: Changes) -> None:
        """Write the crontab anew with the entry in its place."""
        lines = _read(self._owner())
        entry = self._entry(lines)
        new: list[str] = []
        if changes.get("ensure") != "absent":
            values = {**(entry.state if entry else {}), **self.desired()}
            if not values.get("command"):
                raise ResourceError(f"Cron entry {self.name} has no command")
            times = " ".join(",".join(values.get(name) or ["*"]) for name in TIMES)
            when = f"@{self._special()}" if self._special() else times
            new = [f"{MARK}{self.name}", *(values.get("environment") or ()), f"{when} {values['command']}"]
        if entry:
            lines[entry.first : entry.last + 1] = new
        else:
            lines += new
        _write(self._owner(), lines)

    def describe(self, name: str, current: Any, desired: Any) -> str:
        """Times as the crontab has them."""
        if name in TIMES:
            return f"{name} {','.join(current or ['*'])} → {','.join(desired)}"
        return super().describe(name, current, desired)


def _parse(line: str) -> State:
    """What an entry's line says."""
    if line.startswith("@"):
        special, _, command = line[1:].partition(" ")
        return {"special": special, "command": command.strip()}
    *times, command = line.split(None, 5) if len(line.split(None, 5)) == 6 else [*["*"] * 5, line]
    return {"command": command, **{name: value.split(",") for name, value in zip(TIMES, times, strict=True)}}


def _read(user: str) -> list[str]:
    result = process.run(["crontab", "-u", user, "-l"], deadline=DEADLINE, apart=True)
    if not result.ok:
        if "no crontab for" in result.errors:
            return []
        raise ResourceError(f"crontab -l for {user}: {result.errors.strip() or f'exit {result.code}'}")
    return result.output.splitlines()


def _write(user: str, lines: list[str]) -> None:
    content = "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape")
    result = process.run(["crontab", "-u", user, "-"], deadline=DEADLINE, stdin=content)
    if not result.ok:
        raise ResourceError(f"crontab refused the new entries of {user}: {result.output.strip()}")
