"""Programs kept between runs: the same tree comes back, and nothing but one is ever read back."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from test_parser import shape

from bunraku.language.cache import ProgramCache, dump, load
from bunraku.language.errors import CompileError
from bunraku.language.parser import parse
from bunraku.system.cache import Cache

CODE = """
class a::b (String $x = 'y', *$z) inherits c {
  file { "/tmp/${x}": ensure => default, content => @("END"/n) }
    text ${x}
    | END
  File <| tag == 'a' |> -> Service['b']
  $m = $x ? { /re/ => { 'k' => 1.5, 'k' => undef }, default => [true] }
}
node default { include a::b }
"""


class Memory(dict[str, bytes]):
    """A store in memory that counts what it was asked for."""

    def put(self, key: str, content: bytes) -> None:
        self[key] = content


def test_the_same_tree_comes_back() -> None:
    program = parse(CODE.replace("*$z", "$z"), "site.pp")
    again = load(dump(program))
    assert again is not None
    assert shape(again.body) == shape(program.body)
    assert again.line_starts == program.line_starts
    assert again.warnings == program.warnings != []
    assert [type(node) for node in again.definitions] == [type(node) for node in program.definitions]
    assert again.definitions[0] is again.body.statements[0]  # type: ignore[attr-defined]


def test_second_parse_is_read_back_under_its_own_name(monkeypatch: pytest.MonkeyPatch) -> None:
    store = Memory()
    first = ProgramCache(store).parse("notice(1)", "a.pp")
    monkeypatch.setattr("bunraku.language.parser.parse", None)
    second = ProgramCache(store).parse("notice(1)", "b.pp")
    assert (first.file, second.file) == ("a.pp", "b.pp")
    assert shape(first.body) == shape(second.body)


def test_manifest_and_template_of_the_same_text_differ() -> None:
    cache = ProgramCache(Memory())
    assert type(cache.parse("$a").body).__name__ == "Variable"
    assert type(cache.parse_epp("$a").body).__name__ == "Template"


def test_errors_are_not_kept() -> None:
    store = Memory()
    for _ in range(2):
        with pytest.raises(CompileError, match="Syntax error at '='"):
            ProgramCache(store).parse("$a = = 1", "a.pp")
    assert not store


class Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return Path.touch, (Path("/nonexistent/evil"),)  # type: ignore[return-value]


@pytest.mark.parametrize("content", [b"", b"x" * 100, pickle.dumps(Evil()), pickle.dumps([1]), dump(parse("1"))[:-3]])
def test_other_bytes_are_no_program(content: bytes) -> None:
    assert load(content) is None


def test_code_too_deep_for_the_store_is_still_parsed() -> None:
    store = Memory()
    code = "1" + " + 1" * 600
    ProgramCache(store).parse("notice(" + code + ")")
    assert len(store) <= 1


def test_store_on_disk(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "bunraku"
    store = Cache(folder)
    assert store.get("abcdef") is None
    store.put("abcdef", b"content")
    assert store.get("abcdef") == b"content"
    assert folder.stat().st_mode & 0o777 == 0o700
    entry = folder / "ab" / "cdef"
    assert entry.stat().st_mode & 0o777 == 0o600


def test_store_believes_only_sound_entries(tmp_path: Path) -> None:
    store = Cache(tmp_path)
    store.put("abcdef", b"content")
    entry = tmp_path / "ab" / "cdef"
    sound = entry.read_bytes()
    entry.write_bytes(sound[:-1])
    assert store.get("abcdef") is None
    entry.write_bytes(sound)
    entry.chmod(0o620)
    assert store.get("abcdef") is None
    entry.unlink()
    (tmp_path / "other").write_bytes(sound)
    entry.symlink_to(tmp_path / "other")
    assert store.get("abcdef") is None


def test_store_never_fails(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = Cache(tmp_path / "file" / "below")
    store.put("abcdef", b"content")
    assert store.get("abcdef") is None


def test_store_is_bounded(tmp_path: Path) -> None:
    store = Cache(tmp_path)
    for number in range(300):
        store.put(f"ab{number:04}", b"")
    assert 128 <= len(list((tmp_path / "ab").iterdir())) <= 256
    assert store.get("ab0299") == b""
