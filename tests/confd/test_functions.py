"""The functions that confd's forks added, and those that ask the host."""

import json
import re
from datetime import UTC, datetime, timedelta, timezone

import pytest

from bunraku.confd.functions import store_functions
from bunraku.confd.gotime import Time
from bunraku.confd.store import Store
from bunraku.confd.template import TemplateError, parse

KEYS = {"/a": "bb", "/bbb": "a", "/cc": "ccc", "/j": '{"x": {"y": [1, true, null, "<"]}, "b": "s"}'}


def render(text: str) -> str:
    return parse("t", text, store_functions(Store(KEYS))).render()


@pytest.mark.parametrize(
    ("template", "output"),
    [
        ('{{default "d" ""}} {{default "d" "v"}} {{"" | default "d"}} {{default 1 0}}', "d v d 1"),
        ('{{ternary "y" "n" true}} {{eq 1 2 | ternary "y" "n"}}', "y n"),
        ('{{coalesce "" 0 nil "x" "y"}} {{coalesce ""}}', "x <no value>"),
        ('{{empty ""}} {{empty 0}} {{empty (list)}} {{empty "x"}} {{empty nil}}', "true true true false true"),
        ('{{toJson (json (getv "/j"))}}', '{"b":"s","x":{"y":[1,true,null,"\\u003c"]}}'),
        (
            '{{toPrettyJson (dict "a" 1 "b" (list 1 2) "c" (list))}}',
            '{\n  "a": 1,\n  "b": [\n    1,\n    2\n  ],\n  "c": []\n}',
        ),
        ('{{index (fromJson "[1.5]") 0}}', "1.5"),
        ('{{indent 2 "a\\nb"}}|{{nindent 2 "a"}}|{{indent 3 ""}}', "  a\n  b|\n  a|"),
        ('{{quote "a\\"b"}} {{squote "it\'s"}}', "\"a\\\"b\" 'it''s'"),
        ('{{regexMatch "^a.c$" "abc"}} {{regexMatch "b" "a"}}', "true false"),
        ('{{regexFind "[0-9]+" "ab12cd3"}} [{{regexFind "x" "ab"}}]', "12 []"),
        ('{{regexReplaceAll "(a)(x*)b" "ab-axxb" "${1}W$2$$"}}', "aW$-aWxx$"),
        (f'{{{{regexMatch "(a+)+$" "{"a" * 60}b"}}}}', "false"),
        ('{{regexFind "(?P<n>é.)" "caféx"}} {{regexReplaceAll "(?P<n>b)" "abc" "${n}${gone}"}}', "éx abc"),
        ('{{regexMatch "[[:alpha:]]+\\\\z" "abc"}}', "true"),
        ('{{trimPrefix "v1.2" "v"}} {{repeat 3 "ab"}} {{nospace " a b\\tc\\n"}}', "1.2 ababab abc"),
        ('{{snakecase "someHTTPServer name"}} {{kebabcase "aB2C"}}', "some_http_server_name a-b2-c"),
        ('{{camelcase "some-http_server"}}', "someHttpServer"),
        ('{{keys (dict "b" 1 "a" 2)}} {{values (dict "b" 1 "a" 2)}} {{hasKey (dict "a" 1) "a"}}', "[a b] [2 1] true"),
        ('{{append (list 1) 2}} {{pluck "a" (dict "a" 1) (dict "b" 2) (dict "a" 3)}}', "[1 2] [1 3]"),
        ('{{sha256sum "abc"}}', "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ('{{reverse (split "a,b,c" ",")}} {{range reverse (gets "/?*")}}{{.Key}}{{end}}', "[c b a] /j/cc/bbb/a"),
        ('{{sortByLength (split "ccc,a,bb" ",")}}', "[a bb ccc]"),
        ('{{range sortKVByLength (gets "/[a-c]*")}}{{.Key}} {{end}}', "/a /cc /bbb "),
        ('{{getenv "NOT_THERE"}}|{{getenv "NOT_THERE" "d"}}|{{getenv "SET_HERE" "d"}}', "|d|here"),
        ('{{fileExists "/etc/passwd"}} {{fileExists "/nope"}}', "true false"),
        ('{{lookupIPV4 "localhost"}} {{lookupIP "no.such.host.invalid"}}', "[127.0.0.1] []"),
        ('{{lookupIfaceIPV4 "lo"}} [{{lookupIfaceIPV4 "nope"}}]', "127.0.0.1 []"),
        ('{{toUpper "straße"}} {{toLower "ÀÉİ"}}', "STRAßE àéi"),
        ('{{lookupSRV "x" "tcp" "no.such.host.invalid"}}', "[]"),
        ("{{(datetime).Year}}", str(datetime.now().year)),
    ],
)
def test_function(template: str, output: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SET_HERE", "here")
    assert render(template) == output


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ('{{regexMatch "(" "a"}}', "error parsing regexp"),
        ('{{regexMatch "(?=a)" "a"}}', "error parsing regexp"),
        ('{{repeat 100000000 "ab"}}', "a text of more than"),
        ('{{fromJson "{"}}', "unexpected end of JSON input"),
        ('{{fromJson "[NaN]"}}', "NaN is no JSON"),
        ("{{div 1 0}}", "integer divide by zero"),
    ],
)
def test_function_that_fails(template: str, problem: str) -> None:
    with pytest.raises(TemplateError, match=re.escape(problem)):
        render(template)


def test_pretty_json_is_json() -> None:
    assert json.loads(render('{{toPrettyJson (json (getv "/j"))}}')) == json.loads(KEYS["/j"])


@pytest.mark.parametrize(
    ("layout", "text"),
    [
        ("2006-01-02 15:04:05", "2024-02-09 17:03:07"),
        ("Mon Jan _2 3:4:5 PM 2006", "Fri Feb  9 5:3:7 PM 2024"),
        ("Monday, 02-Jan-06 15:04:05 MST", "Friday, 09-Feb-24 17:03:07 CET"),
        ("2006-01-02T15:04:05Z07:00", "2024-02-09T17:03:07+01:00"),
        ("2006-01-02T15:04:05.999999999Z07:00", "2024-02-09T17:03:07.0012+01:00"),
        ("15:04:05.000 -0700", "17:03:07.001 +0100"),
        ("Jan 2, 2006 at 3:04pm (MST)", "Feb 9, 2024 at 5:03pm (CET)"),
        ("002 __2 January 1", "040  40 February 2"),
    ],
)
def test_time_format(layout: str, text: str) -> None:
    at = datetime(2024, 2, 9, 17, 3, 7, tzinfo=timezone(timedelta(hours=1), "CET"))
    assert Time(at, 1_200_000).Format(layout) == text


def test_time_parts() -> None:
    time = Time(datetime(2024, 2, 9, 17, 3, 7, tzinfo=UTC), 5)
    assert (time.Unix(), time.UnixNano(), time.Weekday(), time.YearDay()) == (
        1707498187,
        1707498187000000005,
        "Friday",
        40,
    )
    assert time.Format("Z07:00") == "Z" and str(time.go_string()) == "2024-02-09 17:03:07.000000005 +0000 UTC"
