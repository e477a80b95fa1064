"""Go's printf: what stands between the verbs of a format, and which argument is whose."""

from __future__ import annotations

from collections.abc import Sequence

from bunraku.confd.template.formatting import Flags, formatted, text_of
from bunraku.confd.template.values import Value, type_name

_LARGEST = 1_000_000
"""A width or precision beyond this is none, so that no format can eat the memory."""


def sprintf(form: str, values: Sequence[Value]) -> str:
    """`form` with its verbs replaced by the values, as Go's Sprintf."""
    return _Printf(form, values).run()


class _Printf:
    """One reading of a format: `at` is the place in it, `next_value` the argument whose turn it is."""

    def __init__(self, form: str, values: Sequence[Value]) -> None:
        self.form = form
        self.values = values
        self.at = 0
        self.next_value = 0
        self.reordered = False
        self.good_index = True

    def run(self) -> str:
        out: list[str] = []
        while True:
            percent = self.form.find("%", self.at)
            if percent < 0:
                out.append(self.form[self.at :])
                break
            out.append(self.form[self.at : percent])
            self.at = percent + 1
            out.append(self.verb())
        if not self.reordered and self.next_value < len(self.values):
            out.append("%!(EXTRA " + ", ".join(map(_extra, self.values[self.next_value :])) + ")")
        return "".join(out)

    def verb(self) -> str:
        """One verb and all that belongs to it, from behind its `%`."""
        self.good_index = True
        problems = ""
        flags = self.flags()
        after_index = self.index()
        if self.take("*"):
            flags.width = self.star()
            if flags.width is None:
                problems += "%!(BADWIDTH)"
            elif flags.width < 0:
                flags.width, flags.minus, flags.zero = -flags.width, True, False
            after_index = False
        else:
            flags.width = self.number()
            if after_index and flags.width is not None:
                self.good_index = False
        if self.at + 1 < len(self.form) and self.take("."):
            if after_index:
                self.good_index = False
            after_index = self.index()
            if self.take("*"):
                flags.precision = self.star()
                if flags.precision is None or flags.precision < 0:
                    flags.precision = None
                    problems += "%!(BADPREC)"
                after_index = False
            else:
                flags.precision = self.number() or 0
        if not after_index:
            self.index()
        if self.at >= len(self.form):
            return problems + "%!(NOVERB)"
        verb = self.form[self.at]
        self.at += 1
        return problems + self.print(verb, flags)

    def print(self, verb: str, flags: Flags) -> str:
        if verb == "%":
            return "%"
        if not self.good_index:
            return f"%!{verb}(BADINDEX)"
        if self.next_value >= len(self.values):
            return f"%!{verb}(MISSING)"
        if verb == "v":
            flags.sharp_v, flags.sharp = flags.sharp, False
            flags.plus_v, flags.plus = flags.plus, False
        value = self.values[self.next_value]
        self.next_value += 1
        return formatted(value, verb, flags)

    def flags(self) -> Flags:
        flags = Flags()
        while self.at < len(self.form) and self.form[self.at] in "#0+- ":
            match self.form[self.at]:
                case "#":
                    flags.sharp = True
                case "0":
                    flags.zero = not flags.minus
                case "+":
                    flags.plus = True
                case "-":
                    flags.minus, flags.zero = True, False
                case " ":
                    flags.space = True
            self.at += 1
        return flags

    def take(self, char: str) -> bool:
        found = self.form.startswith(char, self.at)
        self.at += found
        return found

    def number(self) -> int | None:
        start = self.at
        while self.at < len(self.form) and "0" <= self.form[self.at] <= "9":
            self.at += 1
        digits = self.form[start : self.at]
        if not digits:
            return None
        if len(digits) > 7 or int(digits) > 10 * _LARGEST + 9:
            # So long a number swallows the rest of the format.
            self.at = len(self.form)
            return None
        return int(digits)

    def star(self) -> int | None:
        """A width or precision that is an argument; None if that is no fit integer."""
        if self.next_value >= len(self.values):
            return None
        value = self.values[self.next_value]
        self.next_value += 1
        if not isinstance(value, int) or isinstance(value, bool) or abs(value) > _LARGEST:
            return None
        return value

    def index(self) -> bool:
        """`[n]`: the argument that comes next, from 1. Whether there is one."""
        if not self.form.startswith("[", self.at):
            return False
        self.reordered = True
        close = self.form.find("]", self.at)
        if close < 0 or len(self.form) - self.at < 3:
            self.at += 1
            self.good_index = False
            return False
        digits = self.form[self.at + 1 : close]
        self.at = close + 1
        if not (digits.isascii() and digits.isdigit() and len(digits) < 8):
            self.good_index = False
            return False
        if not 1 <= int(digits) <= len(self.values):
            self.good_index = False
        else:
            self.next_value = int(digits) - 1
        return True


def _extra(value: Value) -> str:
    return "<nil>" if value is None else f"{type_name(value)}={text_of(value)}"
