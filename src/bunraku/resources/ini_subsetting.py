"""ini_subsetting: one word among several in the value of an INI setting."""

from __future__ import annotations

from typing import Any

from bunraku.resources._text import write_lines
from bunraku.resources.base import Changes, Param, Property, ResourceError, State, boolean, text
from bunraku.resources.ini_setting import IniSetting


class IniSubsetting(IniSetting):
    """Makes sure that a setting's value holds a subsetting, as `-Xmx512m` in `JAVA_ARGS="-Xms1g -Xmx512m"`."""

    type_name = "ini_subsetting"
    only_provider = "ruby"
    accepted = ("provider",)

    subsetting = Param("Its name, which it begins with.", munge=text)
    value = Property("What stands after its name.", munge=text)
    subsetting_separator = Param("What stands between subsettings.", munge=text, default=" ")
    subsetting_key_val_separator = Param("What stands between its name and value.", munge=text, default="")
    quote_char = Param("What the whole value is put in.", values=("", '"', "'"), default="")
    use_exact_match = Param("Whether the name is the whole word.", munge=boolean, default=False)
    insert_type = Param("Where a new one goes.", values=("start", "end", "before", "after", "index"), default="end")
    insert_value = Param("The subsetting, or the number, that `insert_type` goes by.")
    delete_if_empty = Param("Whether a setting without a subsetting left is removed.", munge=boolean, default=False)

    def validate(self) -> None:
        """The subsetting is needed too."""
        super().validate()
        if self.subsetting is None:
            raise ValueError("subsetting is a required attribute")

    def _words(self) -> tuple[str, list[str]]:
        """The quotes around the setting's value, and its words."""
        values = self.file().get(self.section, self.setting)
        value = values[-1] if values else ""
        quote = value[0] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else self.quote_char
        if quote and value.startswith(quote):
            value = value[1:-1]
        return quote, [word for word in value.split(self.subsetting_separator) if word]

    def _place(self, words: list[str], name: str) -> int | None:
        whole = name if self.use_exact_match else name + self.subsetting_key_val_separator
        for i, word in enumerate(words):
            if word == name or (word.startswith(whole) and not self.use_exact_match):
                return i
        return None

    def read_now(self) -> State:
        """What stands after its name."""
        _, words = self._words()
        place = self._place(words, self.subsetting)
        if place is None:
            return {"ensure": "absent"}
        return {"ensure": "present", "value": words[place][len(self.subsetting + self.subsetting_key_val_separator) :]}

    def change(self, changes: Changes) -> None:
        """Put the word in, change it, or take it out."""
        quote, words = self._words()
        place = self._place(words, self.subsetting)
        if changes.get("ensure") == "absent":
            if place is not None:
                del words[place]
        else:
            value = self.value or ""
            word = self.subsetting + (self.subsetting_key_val_separator + value if value else "")
            if place is not None:
                words[place] = word
            else:
                words.insert(self._insert_at(words), word)
        file = self.file()
        if not words and self.delete_if_empty:
            file.remove(self.section, self.setting)
        else:
            file.set(self.section, self.setting, [f"{quote}{self.subsetting_separator.join(words)}{quote}"])
        write_lines(self.path, file.lines)

    def _insert_at(self, words: list[str]) -> int:
        if self.insert_type == "index":
            return int(self.insert_value)
        if self.insert_type in ("before", "after"):
            place = self._place(words, str(self.insert_value))
            if place is None:
                raise ResourceError(f"{self.setting} has no subsetting '{self.insert_value}' to go by")
            return place + 1 if self.insert_type == "after" else place
        return 0 if self.insert_type == "start" else len(words)

    def describe(self, name: str, current: Any, desired: Any) -> str:
        """The subsetting by its name."""
        return (
            f"{self.subsetting} {current} → {desired}" if name == "value" else super().describe(name, current, desired)
        )
