"""INI files, edited line by line: comments, order and spacing of what is not managed stay."""

from __future__ import annotations

import re


class IniFile:
    """The lines of an INI file. A section's name is "" for what stands before the first one."""

    def __init__(
        self,
        lines: list[str],
        *,
        separator: str = " = ",
        prefix: str = "[",
        suffix: str = "]",
        indent: str | None = None,
    ) -> None:
        self.lines = lines
        self.separator = separator
        self.prefix, self.suffix, self.indent = prefix, suffix, indent
        sign = re.escape(separator.strip()) or r"\s"
        self._heading = re.compile(rf"\s*{re.escape(prefix)}(.*){re.escape(suffix)}\s*$")
        self._setting = re.compile(rf"(\s*)([^#;\s{sign}](?:[^{sign}]*?[^\s{sign}])?)(\s*{sign}[ \t]*)(.*?)\s*$")
        self._commented = re.compile(rf"\s*[#;]+\s*(.*?[^\s{sign}])\s*{sign}")

    def sections(self) -> list[str]:
        """The names of the sections, in order."""
        return [match[1] for match in map(self._heading.match, self.lines) if match]

    def _span(self, section: str) -> tuple[int, int] | None:
        """The lines of a section, its heading left out: first, and one past the last."""
        start = 0 if section == "" else None
        for i, line in enumerate(self.lines):
            match = self._heading.match(line)
            if match and start is not None:
                return start, i
            if match and match[1] == section:
                start = i + 1
        return None if start is None else (start, len(self.lines))

    def _places(self, section: str, setting: str) -> list[tuple[int, re.Match[str]]]:
        span = self._span(section)
        if span is None:
            return []
        matches = ((i, self._setting.match(self.lines[i])) for i in range(*span))
        return [(i, match) for i, match in matches if match and match[2] == setting]

    def settings(self, section: str) -> dict[str, str]:
        """A section's settings; of one that is there twice the last."""
        span = self._span(section) or (0, 0)
        return {m[2]: m[4] for m in map(self._setting.match, self.lines[slice(*span)]) if m}

    def get(self, section: str, setting: str) -> list[str]:
        """Every value of a setting; none where it is not there."""
        return [match[4] for _, match in self._places(section, setting)]

    def set(self, section: str, setting: str, values: list[str]) -> None:
        """Give a setting its values: where it stands, after its commented form, or at its section's end."""
        places = self._places(section, setting)
        if places:
            first, match = places[0]
            new = [f"{match[1]}{setting}{match[3]}{value}" for value in values]
            drop = {i for i, _ in places}
            kept = [line for i, line in enumerate(self.lines) if i not in drop]
            self.lines[:] = [*kept[:first], *new, *kept[first:]]
            return
        span = self._span(section) or self._add_section(section)
        first, last = span
        indents = [m[1] for m in map(self._setting.match, self.lines[first:last]) if m]
        indent = min(indents, key=len, default="") if self.indent is None else self.indent
        new = [f"{indent}{setting}{self.separator}{value}" for value in values]
        for i in range(first, last):
            commented = self._commented.match(self.lines[i])
            if commented and commented[1] == setting:
                self.lines[i + 1 : i + 1] = new
                return
        while last > first and not self.lines[last - 1].strip():
            last -= 1
        if section == "" and first == last and self.lines[last : last + 1] not in ([], [""]):
            new.append("")  # as between sections
        self.lines[last:last] = new

    def _add_section(self, section: str) -> tuple[int, int]:
        if self.lines and self.lines[-1].strip():
            self.lines.append("")
        self.lines.append(f"{self.prefix}{section}{self.suffix}")
        return len(self.lines), len(self.lines)

    def remove(self, section: str, setting: str) -> None:
        """Take a setting out, and its section where nothing is left in it."""
        for i, _ in reversed(self._places(section, setting)):
            del self.lines[i]
        span = self._span(section)
        if section and span and not any(line.strip() for line in self.lines[slice(*span)]):
            self.remove_section(section)

    def remove_section(self, section: str) -> None:
        """Take a section out with all that is in it."""
        span = self._span(section)
        if span:
            del self.lines[max(0, span[0] - 1) : span[1]]
