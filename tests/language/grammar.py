"""Code that the grammar allows, of any shape: what hypothesis draws decides every choice, and so can be shrunk."""

from __future__ import annotations

from functools import partial
from random import Random

from hypothesis import strategies as st

NAMES = ["a", "b", "nginx", "nginx::server", "::x", "x_1", "tag"]
TYPES = ["File", "Integer", "Nginx::Server", "::Foo"]
VARIABLES = ["$a", "$b", "$::c", "$d::e", "$_f", "$0"]
SPACES = [" ", "  ", "\n", " # c\n", " /* c\n */ ", "\r\n", "\t"]
OPERATORS = ["+", "-", "*", "/", "%", "<<", ">>", "==", "!=", "<", "<=", ">", ">=", "in", "and", "or", "=~", "!~"]
NUMBERS = ["0", "42", "0x1F", "017", "0.5", "1.5e-3"]
WORDS = ["undef", "true", "false", "default", "/a\\/b.*/", "foo-bar"]
CHARACTERS = "ab \t\n'\"\\${}é日#/-"


class Writer:
    """Writes pieces of code, each of which the grammar allows where it is put. depth: how deep they may still go."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance

    def one_of(self, texts: list[str]) -> str:
        return texts[self.chance.randrange(len(texts))]

    def several(self, kind: str, depth: int, least: int = 0) -> list[str]:
        return [getattr(self, kind)(depth) for _ in range(self.chance.randint(least, 3))]

    # ------------------------------------------------------------ expressions

    def text(self) -> str:
        return "".join(self.one_of(list(CHARACTERS)) for _ in range(self.chance.randint(0, 6)))

    def literal(self) -> str:
        match self.chance.randrange(7):
            case 0:
                return self.one_of(NUMBERS)
            case 1:
                return self.one_of(WORDS)
            case 2:
                return "'" + self.text().replace("\\", "\\\\").replace("'", "\\'") + "'"
            case 3:
                return '"' + self.text().replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$") + '"'
            case 4:
                return self.one_of(NAMES)
            case 5:
                return self.one_of(TYPES)
            case _:
                return self.one_of(VARIABLES)

    def expression(self, depth: int) -> str:
        if depth <= 0:
            return self.literal()
        inner = partial(self.expression, depth - 1)
        match self.chance.randrange(13):
            case 0:
                return f" [{', '.join(self.several('expression', depth - 1))}]"
            case 1:
                return f"{{{', '.join(self.several('pair', depth - 1))}}}"
            case 2:
                return f" ({inner()})"
            case 3:
                return f"{self.one_of(['!', '-', '*'])} ({inner()})"
            case 4:
                space = self.one_of(SPACES)
                return f" (({inner()}){space}{self.one_of(OPERATORS)}{space}({inner()}))"
            case 5:
                return f"{self.one_of(VARIABLES)}[{', '.join(self.several('expression', depth - 1, 1))}]"
            case 6:
                return (
                    f"{self.one_of(VARIABLES)}.each({inner()}) |$x, Integer $y = ({inner()})| {self.block(depth - 1)}"
                )
            case 7:
                return f"split({', '.join(self.several('expression', depth - 1))})"
            case 8:
                return f" ({inner()}) ? {{ {inner()} => {inner()}, default => 1 }}"
            case 9:
                return f"\"a${{facts['os']}} b ${{split({inner()}, 1)}} $c\""
            case 10:
                return f"if {inner()} {self.block(depth - 1)} else {self.block(depth - 1)}"
            case 11:
                return f"case {inner()} {{ {inner()}, {inner()}: {self.block(depth - 1)} default: {{ }} }}"
            case _:
                return self.literal()

    def pair(self, depth: int) -> str:
        return f"{self.expression(depth)} => {self.expression(depth)}"

    # ------------------------------------------------------------ statements

    def attribute(self, depth: int) -> str:
        return f"{self.one_of(['ensure', 'mode', 'if', 'class'])} => {self.expression(depth)}"

    def statement(self, depth: int) -> str:
        attributes = ", ".join(self.several("attribute", depth - 1))
        match self.chance.randrange(11):
            case 0:
                return f"$v = {self.expression(depth)}"
            case 1:
                return f"notice({self.expression(depth)})"
            case 2:
                names = ", ".join(self.one_of(NAMES) for _ in range(self.chance.randint(1, 3)))
                return f"{self.one_of(['include', 'notice', 'fail'])} {names}"
            case 3:
                return f"{self.one_of(['', '@', '@@'])}file {{ ({self.expression(depth)}): {attributes} }}"
            case 4:
                return f"{self.one_of(['File', 'File[x]'])} {{ {attributes} }}"
            case 5:
                return "File<| tag == 'a' and (b != 1) |> { mode => '0644' }"
            case 6:
                return "Class['a'] -> File['b'] ~> Service['c']"
            case 7:
                return "$h = @(END)\n" + self.text() + "\n  | END"
            case 8 if depth > 0:
                return f"{self.one_of(['if', 'unless'])} {self.expression(depth - 1)} {self.block(depth - 1)}"
            case 9 if depth > 0:
                return f"[1].each |Integer $i| {self.block(depth - 1)}"
            case _:
                return "tag('x')"

    def block(self, depth: int) -> str:
        return "{\n" + "\n".join(self.several("statement", depth)) + "\n}"

    # ------------------------------------------------------------ definitions

    def definition(self, depth: int) -> str:
        match self.chance.randrange(6):
            case 0:
                return f"class k::l (String $p = {self.expression(depth)}) {self.block(depth)}"
            case 1:
                return f"define d ($x, Optional[String] $y = undef,) {self.block(depth)}"
            case 2:
                return f"function f(*$rest) >> Any {self.block(depth)}"
            case 3:
                return f"node a.b.c, 'd', /e/ {self.block(depth)}"
            case 4:
                return "type T = Struct[{ a => Integer, Optional[b] => Variant[String, Undef] }]"
            case _:
                return self.statement(depth)


@st.composite
def programs(draw: st.DrawFn) -> str:
    """Whole manifests without syntax errors."""
    writer = Writer(draw(st.randoms(use_true_random=False)))
    return "\n".join(writer.several("definition", draw(st.integers(0, 2)), 1))
