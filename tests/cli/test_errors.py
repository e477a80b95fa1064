"""How errors are shown: the place, the line, the caret under what it is about, the remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from bunraku.api import compile
from bunraku.cli.errors import render
from bunraku.language.errors import CompileError


def error(message: str = "bad", **place: object) -> CompileError:
    return CompileError(message, **place)  # type: ignore[arg-type]


def test_caret_stands_under_the_word(tmp_path: Path) -> None:
    path = tmp_path / "site.pp"
    path.write_text("class a {\n\tinclude ngnix::x # é\n}\n")
    shown = render(error(file=str(path), line=2, column=10, hint="did you mean 'nginx::x'?"))
    assert shown.splitlines() == [
        f"Error: bad (file: {path}, line: 2, column: 10)",
        "  2 │ \tinclude ngnix::x # é",
        "    │ \t        ^^^^^^^^ did you mean 'nginx::x'?",
    ]


def test_wide_characters_take_two_columns() -> None:
    shown = render(error(line=1, column=6), "'日本' + + 1")
    assert shown.splitlines()[2].index("^") == shown.splitlines()[1].index("+") + 2


@pytest.mark.parametrize(
    ("place", "lines"),
    [
        ({}, ["Error: bad"]),
        ({"hint": "do this"}, ["Error: bad", "  do this"]),
        ({"file": "/nonexistent/x.pp", "line": 3}, ["Error: bad (file: /nonexistent/x.pp, line: 3)"]),
        ({"line": 1}, ["Error: bad (line: 1)", "  1 │ $a = 1"]),
        ({"line": 1, "hint": "do this"}, ["Error: bad (line: 1)", "  1 │ $a = 1", "    │ do this"]),
        ({"line": 9, "column": 1}, ["Error: bad (line: 9, column: 1)"]),
        ({"line": 1, "column": 40}, ["Error: bad (line: 1, column: 40)", "  1 │ $a = 1", "    │       ^"]),
    ],
)
def test_what_is_not_known_is_left_out(place: dict[str, object], lines: list[str]) -> None:
    assert render(error(**place), "$a = 1").splitlines() == lines


def test_long_lines_are_cut_around_the_caret() -> None:
    shown = render(error(line=1, column=5001), "x" * 5000 + "!" + "y" * 5000).splitlines()
    assert max(map(len, shown)) < 200
    assert shown[1][shown[2].index("^")] == "!"


def test_control_characters_do_not_reach_the_terminal() -> None:
    shown = render(error("bad \x1b[2J", line=1, column=1, hint="\x07"), "\x1b]0;title\x07 1")
    assert "\x1b" not in shown
    assert "\x07" not in shown


def test_all_errors_of_a_file() -> None:
    first = error("one", line=1, column=1)
    first.others = (error("two", line=2, column=1),)
    assert [line for line in render(first, "a\nb").splitlines() if line.startswith("Error")] == [
        "Error: one (line: 1, column: 1)",
        "Error: two (line: 2, column: 1)",
    ]


def test_the_chain_of_calls_leads_from_the_mistake_to_the_manifest(tmp_path: Path) -> None:
    """Defines are evaluated after who declared them, and yet he stands in the chain."""
    module = tmp_path / "modules/web"
    for name, code in {
        "manifests/init.pp": "class web {\n  ['x'].each |$title| {\n    web::site { $title: }\n  }\n}",
        "manifests/site.pp": "define web::site {\n  $text = web::render($title)\n}",
        "functions/render.pp": "function web::render($for) {\n  epp('web/page.epp', { for => $for })\n}",
        "templates/page.epp": '<%- | $for | -%>\n\n<%= fail("not for ${for}") %>\n',
    }.items():
        (module / name).parent.mkdir(parents=True, exist_ok=True)
        (module / name).write_text(code)
    with pytest.raises(CompileError) as error:
        compile("\ninclude web", facts={}, modulepath=[tmp_path / "modules"], certname="host")
    assert "\n  in" not in render(error.value)
    shown = [line.split() for line in render(error.value, calls=True).splitlines() if line.startswith("  in ")]
    assert shown == [
        ["in", "epp()", f"{module}/functions/render.pp:2"],
        ["in", "web::render()", f"{module}/manifests/site.pp:2"],
        ["in", "Web::Site[x]", f"{module}/manifests/init.pp:3"],
        ["in", "Class[Web]"],
    ]


def test_a_very_long_chain_is_shown_by_its_ends() -> None:
    bad = error(line=1)
    for number in range(1000):
        bad.through(f"f{number}()", "site.pp", number + 1)
    shown = render(bad, calls=True).splitlines()
    assert [shown[1], shown[11], shown[-1]] == [
        "  in f0()    site.pp:1",
        "  … and 980 more",
        "  in f999()  site.pp:1000",
    ]
    assert len(shown) == 22
