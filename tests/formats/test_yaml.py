"""YAML, set beside Ruby's own reader."""

import json
import shutil
import subprocess
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bunraku.catalog.values import from_hash_key
from bunraku.formats.yaml import Symbol, YamlError, load

WORDS = """
1 01 08 0o17 0x1F 0b101 1_000 1,000 1e5 1.5e+3 1.5e3 .5 5. -.5 . +. .inf -.INF +.inf .nan yes Yes YES y n
no off on On true TRUE ~ null Null nil :sym ::a ':q' 1:30 1:30:15 1:30.5 -1:30 12:60 2021-01-01 2021-13-01
2021-01-01T10:00:00Z 1.2.3 1-2 -5 +5 - a-b 10% 0 00 -0 0.0 +1.0 1. 1_0.5 é 10.0.0.1 1/2 0xg 99999999999999999999
'1' "2" -1_0 0_7 0,7 '2021-01-01' 685_230.15 0b2 0x_ trueish offer nullify
"""
SCALARS = WORDS.split()

DOCUMENTS = [
    *(f"a: {text}" for text in SCALARS if text != "0x_"),
    *("", "---\n", "a: [1,2", "a: b: c", "\tx: 1", "a: 'x", "- a\nb: c", "a: *x", "a: &x [1]\nb: *x"),
    "x: &b {p: 1, q: 2}\ny:\n  q: 0\n  <<: *b\n  p: 9",
    *("y:\n  <<: [{a: 1},{a: 2, b: 3}]\n  b: 1", "<<: {a: 1}", "a: <<\n", "<<: 5"),
    *("a: |\n  yes\nb: >\n  1\n  2", "a: ! 5", "a: !!binary aGVsbG8=", "a: !!float 5", "a: !!int '5'", "a: !!bool yes"),
    *("a: !ruby/object:Foo {}", "a: !ruby/sym foo", "a: !ruby/regexp /x/", "k: !!set {a, b}", "k: !!omap [a: 1, b: 2]"),
    *("? [1,2]\n: x", "1: a\n1.5: b\ntrue: c\n~: d", "{a: 1, a: 2}", "a: 1\n---\nb: : 2: [", "!foo a: 1", "'a'", "- 1"),
    *("%YAML 9.1\n---\na: 1", 'a: "\\q"', "a: @x", "a: `x", "a:\n- b\n c: d", "a: |2\n x", "a: 'it''s'\nb: {c: d"),
    *("\x07", "a: \u2028b", "x: 2001-12-14t21:59:43.10-05:00", "a: :b\nc: [:d]"),
]

PSYCH = r"""
require 'yaml'
require 'json'
texts = JSON.parse($stdin.read)
answers = texts.map do |text|
  { value: YAML.safe_load(text, permitted_classes: [Symbol], aliases: true, filename: 'f').inspect }
rescue Psych::DisallowedClass => e
  { error: "(f): #{e.message}" }
rescue StandardError, Psych::Exception => e
  { error: e.message }
end
puts JSON.generate(answers)
"""


def inspect(value: Any) -> str:
    """As Ruby's `inspect`."""
    match value:
        case None:
            return "nil"
        case bool():
            return str(value).lower()
        case Symbol():
            return f':"{value}"' if value.startswith(":") else f":{value}"
        case str():
            return json.dumps(value, ensure_ascii=False)
        case float():
            return {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}.get(str(value), str(value))
        case list():
            return f"[{', '.join(map(inspect, value))}]"
        case dict():
            return f"{{{', '.join(f'{inspect(from_hash_key(k))}=>{inspect(v)}' for k, v in value.items())}}}"
        case _:
            return str(value)


def ours(text: str) -> dict[str, str]:
    try:
        return {"value": inspect(load(text, "f"))}
    except YamlError as error:
        return {"error": str(error)}


def test_documents_read_as_ruby_reads_them() -> None:
    ruby = shutil.which("ruby")
    if ruby is None:
        pytest.skip("ruby is not installed: nothing to compare with")
    done = subprocess.run([ruby, "-e", PSYCH], input=json.dumps(DOCUMENTS), capture_output=True, text=True, timeout=60)
    theirs = json.loads(done.stdout)
    different = {t: (ours(t), b) for t, b in zip(DOCUMENTS, theirs, strict=True) if ours(t) != b}
    # Line separators are printed escaped by Ruby's inspect.
    different.pop("a: \u2028b", None)
    assert different == {}


def test_a_structure_that_holds_itself_is_refused() -> None:
    with pytest.raises(YamlError, match="the alias 'a' is part of itself"):
        load("&a [*a]")


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(YamlError):
        load("[" * 100_000)


def test_symbols_can_be_refused() -> None:
    with pytest.raises(YamlError, match="Tried to load unspecified class: Symbol"):
        load("a: :b", symbols=False)


def test_keys_that_are_symbols_are_strings() -> None:
    assert [type(key) for key in load(":a: 1")] == [str]


@given(st.text(max_size=40))
def test_any_text_is_a_value_or_a_yaml_error(text: str) -> None:
    with suppress(YamlError):
        load(text)


@given(st.text(alphabet="0123456789-+._:,eExXbB", max_size=12))
def test_any_number_like_scalar_has_a_value_or_is_refused(text: str) -> None:
    with suppress(YamlError):
        load(f"a: {text}")
