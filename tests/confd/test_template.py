"""Where our templates go beyond Go's, or say earlier what is wrong; and what a hostile template cannot do."""

import pytest

from bunraku.confd.functions import store_functions
from bunraku.confd.store import Store
from bunraku.confd.template import TemplateError, parse


def render(text: str, data: object = None, keys: dict[str, str] | None = None, **options: float) -> str:
    return parse("t", text, store_functions(Store(keys or {}))).render(data, **options)


def error_of(text: str, data: object = None, **options: float) -> str:
    with pytest.raises(TemplateError) as caught:
        render(text, data, **options)
    return str(caught.value)


def test_a_variable_that_nobody_declared_is_seen_before_anything_runs() -> None:
    assert error_of("{{if false}}{{$x = 1}}{{end}}") == 'template: t:1:17: undefined variable "$x"'


def test_strings_of_a_json_array_join() -> None:
    assert render("""{{join (jsonArray (getv "/hosts")) ","}}""", keys={"/hosts": '["a", "b"]'}) == "a,b"


def test_else_with() -> None:
    assert render("{{with .a}}a{{else with .b}}{{.}}{{else}}c{{end}}", {"b": "B"}) == "B"


def test_a_parse_error_has_its_column() -> None:
    assert error_of("line\n  {{ unknown }}") == 'template: t:2:5: function "unknown" not defined'


def test_len_of_nil_is_told_in_words() -> None:
    assert error_of("{{len .missing}}", {}).endswith("error calling len: len of nil pointer")


def test_a_render_that_takes_too_long_is_ended() -> None:
    text = """{{define "again"}}{{range seq 1 1000}}{{template "again"}}{{end}}{{end}}"""
    nested = "{{range seq 1 1000}}" * 4 + "{{end}}" * 4
    assert "rendering took longer than 0.05 s" in error_of(nested, seconds=0.05)
    assert error_of(text + '{{template "again"}}', seconds=5).endswith("exceeded maximum template depth")


def test_nesting_without_end_is_an_error() -> None:
    assert error_of("{{print " + "(" * 5000 + "1" + ")" * 5000 + "}}").endswith("nested too deeply")
    assert error_of("{{if 1}}" * 5000 + "{{end}}" * 5000).endswith("nested too deeply")


def test_no_number_makes_a_function_eat_the_memory() -> None:
    assert "more than" in error_of("{{seq 1 100000000000}}")
    assert render('{{printf "%9999999999d" 1}}') == "%!(NOVERB)%!(EXTRA int=1)"


@pytest.mark.parametrize("value", ["a\nb", "'\"$(rm -rf /)`", "nul\0byte", "x" * 1_000_000, "bad \udcff utf-8"])
def test_a_value_is_text_whatever_it_holds(value: str) -> None:
    assert render('{{getv "/k"}}', keys={"/k": value}) == value


def test_ls_and_lsdir() -> None:
    keys = dict.fromkeys(["/app/db/host", "/app/db/port", "/app/web", "/application/x", "/app/n/deep/er"], "v")
    assert render('{{ls "/app"}} {{ls "/app/"}} {{ls "/"}} {{ls "/app/web"}} {{ls "/zz"}}', keys=keys) == (
        "[db n web] [db n web] [app application] [web] []"
    )
    assert render('{{lsdir "/app"}} {{lsdir "/"}} {{lsdir "/app/n"}} {{lsdir "/app/db"}}', keys=keys) == (
        "[db n] [app application] [deep] []"
    )
