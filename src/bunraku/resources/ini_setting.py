"""ini_setting: one setting of an INI file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bunraku.resources._ini import IniFile
from bunraku.resources._text import read_lines, write_lines
from bunraku.resources.base import (
    Changes,
    Ensure,
    Param,
    Property,
    ResourceType,
    State,
    absolute_path,
    boolean,
    integer,
    text,
)


class IniSetting(ResourceType):
    """Makes sure that a setting has a value; everything else in the file stays as it is."""

    type_name = "ini_setting"
    only_provider = "ruby"
    accepted = ("provider",)

    name = Param("A name for the resource.", namevar=True)
    ensure = Ensure()
    path = Param("The file.", munge=absolute_path)
    section = Param("Its section; empty for what stands before the first one.", munge=text, default="")
    setting = Param("Its name.", munge=text)
    value = Property(
        "Its value; several make several lines.", many=True, munge=lambda v: [text(item).strip() for item in v]
    )
    key_val_separator = Param("What stands between name and value.", munge=text, default=" = ")
    section_prefix = Param("What stands before a section's name.", munge=text, default="[")
    section_suffix = Param("What stands after a section's name.", munge=text, default="]")
    indent_char = Param("What a new setting is indented with.", munge=text, default=" ")
    indent_width = Param("How far (default: as its neighbours).", munge=integer)
    show_diff = Param(
        "Whether values are shown; md5 shows their checksums.", values=("true", "md5", "false"), default="true"
    )
    refreshonly = Param("Whether it is set on a notification only.", munge=boolean, default=False)
    force_new_section_creation = Param("Whether a missing section is made.", munge=boolean, default=True)

    def validate(self) -> None:
        """Path and setting are needed."""
        for name in ("path", "setting"):
            if self.values.get(name) is None:
                raise ValueError(f"{name} is a required attribute")
        if self.show_diff != "true":
            self.sensitive |= {"value"}

    def autorequire(self) -> Iterable[tuple[str, str]]:
        """The file."""
        return [("file", self.path)]

    def file(self) -> IniFile:
        """The file as it is now."""
        return IniFile(
            read_lines(self.path),
            separator=self.key_val_separator,
            prefix=self.section_prefix,
            suffix=self.section_suffix,
            indent=None if self.indent_width is None else self.indent_char * self.indent_width,
        )

    def read(self) -> State:
        """The setting's values."""
        if self.refreshonly:
            return {"ensure": self.ensure, "value": self.value}
        return self.read_now()

    def read_now(self) -> State:
        """The setting's values, whether it waits for a notification or not."""
        file = self.file()
        values = file.get(self.section, self.setting)
        if not values and not self.force_new_section_creation and self.section not in ("", *file.sections()):
            return {"ensure": self.ensure, "value": self.value}
        return {"ensure": "present", "value": values} if values else {"ensure": "absent"}

    def change(self, changes: Changes) -> None:
        """Set it, or take it out."""
        file = self.file()
        if changes.get("ensure") == "absent":
            file.remove(self.section, self.setting)
        else:
            file.set(self.section, self.setting, self.value or [""])
        write_lines(self.path, file.lines)

    def refresh(self) -> str:
        """Set it now, where it waited for that."""
        if not self.refreshonly:
            return ""
        self.change({"ensure": self.ensure})
        return "set"

    def describe(self, name: str, current: Any, desired: Any) -> str:
        """Values without brackets where there is one."""
        if name != "value":
            return super().describe(name, current, desired)
        return f"{self.setting} {', '.join(current or ())} → {', '.join(desired)}"
