"""The library's face: what a compilation gives, and how it fails."""

import pytest

import bunraku
from bunraku.api import Compilation

FACTS = {"os": {"name": "Debian"}}


def compile(code: str, **options: str) -> Compilation:
    return bunraku.compile(code, facts=FACTS, modulepath=[], certname="web1.example.com", **options)


def test_a_catalog_has_what_the_code_declares() -> None:
    result = compile("class a { file { '/x': ensure => file, mode => '0644' } } include a")
    resources = {f"{r['type']}[{r['title']}]": r for r in result.to_dict()["resources"]}
    assert resources["File[/x]"]["parameters"] == {"ensure": "file", "mode": "0644"}
    assert {"source": "Class[A]", "target": "File[/x]"} in result.to_dict()["edges"]


def test_what_the_code_logs_is_kept() -> None:
    (log,) = compile("notice($facts['os']['name'])").logs
    assert (log.level, log.message, log.source) == ("notice", "Debian", "Scope(Class[main])")


def test_an_error_names_its_place() -> None:
    with pytest.raises(bunraku.CompileError, match="Could not find class ::ngnix for web1.example.com") as caught:
        compile("class nginx { }\n  include ngnix")
    assert (caught.value.line, caught.value.column) == (2, 3)
    assert caught.value.hint == "did you mean 'nginx'?"


def test_unknown_variables_are_told_as_strict_says() -> None:
    assert [log.level for log in compile("notice($nope)").logs] == ["warning", "notice"]
    assert [log.level for log in compile("notice($nope)", strict="off").logs] == ["notice"]
    with pytest.raises(bunraku.CompileError, match="Unknown variable: 'nope'"):
        compile("notice($nope)", strict="error")


def test_only_a_virtual_resource_that_is_realized_is_in_the_catalog() -> None:
    code = "@user { ['a', 'b']: } realize(User['a'])"
    titles = [r["title"] for r in compile(code).to_dict()["resources"] if r["type"] == "User"]
    assert titles == ["a"]


def test_recursion_without_end_is_an_error() -> None:
    with pytest.raises(bunraku.CompileError, match="stack level too deep"):
        compile("function f($x) { f($x + 1) } f(1)")


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("fil { '/x': }", "did you mean 'file'?"),
        ("Fil <| |>", "did you mean 'file'?"),
        ("create_resources('fil', { 'a' => {} })", "did you mean 'file'?"),
        ("notice(Strin)", "did you mean 'String'?"),
        ("type Web::Port = Integer\nnotice(Web::Prot)", "did you mean 'Web::Port'?"),
    ],
)
def test_the_nearest_type_is_named(code: str, hint: str) -> None:
    with pytest.raises(bunraku.CompileError) as caught:
        compile(code)
    assert caught.value.hint == hint


def test_sane_nesting_compiles() -> None:
    deep = "[" * 400 + "1" + "]" * 400
    value = compile(f"notify {{ 'n': message => {deep} }}").to_dict()["resources"][-1]
    assert str(value["parameters"]["message"]) == deep
