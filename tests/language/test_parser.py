"""The shapes that the grammar gives: precedence, calls, resources, strings; each as an s-expression."""

from __future__ import annotations

import pytest

from bunraku.language import nodes
from bunraku.language.errors import CompileError
from bunraku.language.parser import parse, parse_epp


def shape(value: object) -> object:
    """A node as `Class(field field …)`, places left out."""
    if isinstance(value, nodes.Node):
        cls = type(value)
        fields = [shape(getattr(value, name)) for name in cls.fields()[1:]]
        return f"{cls.__name__}({' '.join(map(str, fields))})"
    if isinstance(value, list | tuple):
        return f"[{' '.join(str(shape(v)) for v in value)}]"
    return repr(value) if isinstance(value, str) else str(value)


def one(code: str) -> object:
    return shape(parse(code).body)


def operators(code: str) -> str:
    """An expression of operators with all its brackets written."""

    def write(node: nodes.Node) -> str:
        match node:
            case nodes.Binary() | nodes.Relationship():
                return f"({write(node.left)} {node.operator} {write(node.right)})"
            case nodes.Assignment():
                return f"({write(node.target)} {node.operator} {write(node.value)})"
            case nodes.Unary():
                return f"({node.operator}{write(node.operand)})"
            case nodes.Variable():
                return f"${node.name}"
            case nodes.Name() | nodes.TypeName() | nodes.Literal():
                return str(node.value)
            case nodes.Access():
                return f"{write(node.target)}[{', '.join(map(write, node.keys))}]"
            case nodes.MethodCall():
                return f"{write(node.receiver)}.{node.name}()"
            case nodes.Call():
                return f"{write(node.callee)}({', '.join(map(write, node.arguments))})"
            case nodes.Selector():
                return (
                    f"({write(node.subject)} ? {{{', '.join(f'{write(m)} => {write(v)}' for m, v in node.entries)}}})"
                )
        raise AssertionError(node)

    return write(parse(code).body)


@pytest.mark.parametrize(
    ("code", "grouped"),
    [
        ("$a + $b * $c", "($a + ($b * $c))"),
        ("$a - $b - $c", "(($a - $b) - $c)"),
        ("$a or $b and $c", "($a or ($b and $c))"),
        ("!$a == $b", "((!$a) == $b)"),
        ("!$a in $b", "((!$a) in $b)"),
        ("-$a * $b", "((-$a) * $b)"),
        ("-$a[1]", "(-$a[1])"),
        ("-$a.abs", "(-$a.abs())"),
        ("$a < $b == $c", "($a < ($b == $c))"),
        ("$a << $b + $c", "($a << ($b + $c))"),
        ("$a * $b in $c", "($a * ($b in $c))"),
        ("$a in $b =~ $c", "(($a in $b) =~ $c)"),
        ("$a == $b ? { c => d }", "(($a == $b) ? {c => d})"),
        ("$a and $b ? { c => d }", "($a and ($b ? {c => d}))"),
        ("$a ? b => c + 1", "($a ? {b => (c + 1)})"),
        ("$a ? { b => c } + 1", "(($a ? {b => c}) + 1)"),
        ("$a = $b = 1", "($a = ($b = 1))"),
        ("$a = $b -> $c", "($a = ($b -> $c))"),
        ("$a -> $b ~> $c", "(($a -> $b) ~> $c)"),
        ("$a / $b / $c", "(($a / $b) / $c)"),
        ("foo(1)[0].bar + 2", "(foo(1)[0].bar() + 2)"),
        ("Integer[1, 2](3)", "Integer[1, 2](3)"),
    ],
)
def test_precedence(code: str, grouped: str) -> None:
    assert operators(code) == grouped


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("include a, b", "Call(Name('include') [Name('a') Name('b')] None True)"),
        ("notice (1)", "Call(Name('notice') [Literal(1)] None True)"),
        ("notice { a => 1 }", "Call(Name('notice') [Hash([[Literal('a') Literal(1)]])] None True)"),
        ("$a = [1]", "Assignment('=' Variable('a') Array([Literal(1)]))"),
        ("[a => 1, b => 2]", "Array([Hash([[Name('a') Literal(1)] [Name('b') Literal(2)]])])"),
        ("[type, function]", "Array([Literal('type') Literal('function')])"),
        ("@file { x: }", "Resource(Name('file') [ResourceBody(Name('x') [])] 'virtual')"),
        (
            "class { x: y => 1 }",
            "Resource(Name('class') [ResourceBody(Name('x') [Attribute('y' '=>' Literal(1))])] '')",
        ),
        ("File { a => 1 }", "ResourceDefaults(TypeName('File') [Attribute('a' '=>' Literal(1))] '')"),
        (
            "File[x] { if +> 1, * => $y }",
            "ResourceOverride(Access(TypeName('File') [Name('x')])"
            " [Attribute('if' '+>' Literal(1)) SplatAttributes(Variable('y'))] '')",
        ),
        ("File<| |>", "Collector(TypeName('File') None False [])"),
        (
            "File<<| a == 1 |>> { b => 2 }",
            "Collector(TypeName('File') Binary('==' Name('a') Literal(1)) True [Attribute('b' '=>' Literal(2))])",
        ),
        ('"a${b[1].c}$d::e f"', None),
        ("0x1F", "Literal(31)"),
        ("017", "Literal(15)"),
        ("1.5e-3", "Literal(0.0015)"),
        (r"'a\'b\\c\n'", r"""Literal("a'b\\c\\n")"""),
        (r'"\t\u{1F600}\u0041\$x"', r"Literal('\t😀A$x')"),
    ],
)
def test_shape(code: str, expected: str | None) -> None:
    if expected is None:
        expected = (
            "Interpolated(['a' MethodCall(Access(Variable('b') [Literal(1)]) 'c' [] None) Variable('d::e') ' f'])"
        )
    assert one(code) == expected


def test_heredoc() -> None:
    code = '$x = [@("A":json/n), @(B)]\n  a\\n$y\n  | A\nb ${z}\n-B\nnotice($x)\n'
    assert one(code) == (
        "Block([Assignment('=' Variable('x') Array([Heredoc('json' Interpolated(['a\\n' Variable('y') '\\n']))"
        " Heredoc('' Literal('b ${z}'))])) Call(Name('notice') [Variable('x')] None True)])"
    )


def test_definitions_have_qualified_names() -> None:
    program = parse("class a { class b::c {} define d() {} }")
    assert [d.name for d in program.definitions] == ["a::b::c", "a::d", "a"]  # type: ignore[attr-defined]


def test_template() -> None:
    body = parse_epp("<%- | $a | -%>\nx <%= $a -%>\n<% if $b { %>y<% } %>\n").body
    assert shape(body) == (
        "Template([Parameter('a' None None False)] True Block([RenderText('x ') RenderValue(Variable('a'))"
        " If(Variable('b') RenderText('y') Nop() False) RenderText('\\n')]))"
    )


@pytest.mark.parametrize(
    ("code", "message", "line", "column"),
    [
        ("file { 'a' ensure => present }", "Syntax error at 'ensure'", 1, 12),
        ("notice('a');", "Syntax error at end of input", None, None),
        ("$a = 08", "Not a valid octal number 08", 1, 6),
        ("$a = 'b", "Unclosed quote after \"'\" followed by 'b...'", 1, 7),
        ("\n$a = [1, foo b]", "Syntax error at 'b'", 2, 14),
        ("class class {}", "'class' keyword not allowed at this location", 1, 7),
        ("$a = [/(/]", "end pattern with unmatched parenthesis: /(/", 1, 7),
        ('$x = @("A")\n  foo\n  b ${08} c\n  | A\n', "Not a valid octal number 08", 3, 7),
        ("$a = 1, 2", "illegal comma separated argument list", 1, 7),
        ("$x = @(END)\nfoo\n", "Heredoc without end-tagged line", 2, 1),
    ],
)
def test_errors(code: str, message: str, line: int | None, column: int | None) -> None:
    with pytest.raises(CompileError) as caught:
        parse(code, "site.pp")
    error = caught.value
    assert (error.message, error.line, error.column, error.file) == (message, line, column, "site.pp")


def test_all_errors_of_a_file() -> None:
    code = "class a {\n  file { 'x' ensure => 1 }\n  $ok = 1\n  $y = = 2\n}\nclass b {\n  if ( }\n}\n"
    with pytest.raises(CompileError) as caught:
        parse(code)
    error = caught.value
    assert [(e.message, e.line) for e in (error, *error.others)] == [
        ("Syntax error at 'ensure'", 2),
        ("Syntax error at '='", 4),
        ("Syntax error at '}'", 7),
    ]
