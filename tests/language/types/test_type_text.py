"""Type expressions in text, read without the parser: what the parser makes of them, or nothing."""

from typing import Any

import pytest

from bunraku.language import nodes
from bunraku.language.parser import parse
from bunraku.language.types import type_text

PLAIN = [
    "String",
    " String[1, default] ",
    "Variant[Numeric, Boolean, Pattern[/\\A[+-]?\\s*\\d+\\z/]]",
    "Struct[{name => String[1], Optional['a-b'] => Array[Data, 3, 3]}]",
    "Hash[Pattern[/^\\w+$/], Any]",
    "Enum[present, 'absent', \"as is\", '[', ',']",
    "Integer[-5, 10]",
    "Float[-1.5, 0.25]",
    "Tuple[Stdlib::Absolutepath, Boolean[true]]",
    "{attributes => {a => [1, undef]}}",
    "{type => {}, 'function' => 1, }",
    "['a', default]",
]
LEFT_TO_THE_PARSER = [
    "",
    "present",
    "'text'",
    "5",
    "String[]",
    "String [1]",
    "String[1,]",
    "String[1][2]",
    "String[1",
    "String[1]]",
    "String[1 2]",
    "Integer[0x1F]",
    "Integer[010]",
    "Integer[9223372036854775808]",
    "Float[1e3]",
    "Enum['it\\'s']",
    'Enum["$x"]',
    "Pattern[/a\\/b/]",
    "Enum[if]",
    "Struct[{if => String}]",
    "Integer[1 + 1]",
    "File['/x'] # comment",
    "stdlib::name",
    "A::b",
    "Boolean[" * 5000,
]


def laid_out(value: Any) -> Any:
    """A tree without its places."""
    if isinstance(value, nodes.Parenthesized):
        return laid_out(value.expr)
    if isinstance(value, nodes.Block) and len(value.statements) == 1:
        return laid_out(value.statements[0])
    if isinstance(value, nodes.Node):
        return [type(value).__name__, *(laid_out(getattr(value, name)) for name in value.fields()[1:])]
    if isinstance(value, (list, tuple)):
        return [laid_out(item) for item in value]
    return value


@pytest.mark.parametrize("text", PLAIN)
def test_plain_text_is_what_the_parser_makes_of_it(text: str) -> None:
    found = type_text.read(text)
    assert found is not None
    assert laid_out(found) == laid_out(parse(text).body)


@pytest.mark.parametrize("text", LEFT_TO_THE_PARSER)
def test_what_is_not_plain_is_left_to_the_parser(text: str) -> None:
    assert type_text.read(text) is None
