"""`bunraku validate`: every error of every file, in words or as JSON, and an exit code."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from bunraku.cli.main import main


def write(folder: Path, files: dict[str, str | bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def test_sound_tree(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, {"a.pp": "notice(1)", "b/c.epp": "<%= $x %>", "b/d.txt": "{{", ".git/e.pp": "{", "plans/f.pp": "{"})
    assert main(["validate", str(tmp_path)]) == 0
    assert capsys.readouterr() == ("2 files · 0 errors · 0 warnings\n", "")


def test_every_error_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(
        tmp_path,
        {
            "a.pp": "file { 'a' mode => 1 }\n$x = = 1\n",
            "b.epp": "<%= 1 + %>",
            "c.pp": b"# caf\xe9",
            "d.pp": "class x { $a = 1 }\n$h = { a => 1, a => 2 }\n",
        },
    )
    assert main(["validate", str(tmp_path)]) == 1
    out, err = capsys.readouterr()
    assert out == "4 files · 4 errors · 1 warning\n"
    assert [line.replace(str(tmp_path), "") for line in err.splitlines() if line[0] != " "] == [
        "Error: Syntax error at 'mode' (file: /a.pp, line: 1, column: 12)",
        "Error: Syntax error at '=' (file: /a.pp, line: 2, column: 6)",
        "Error: Syntax error at '%>' (file: /b.epp, line: 1, column: 9)",
        "Error: not UTF-8: byte 0xe9 (file: /c.pp, line: 1)",
        "Warning: The key 'a' is declared more than once (file: /d.pp, line: 2, column: 18)",
    ]


def test_strict_decides_about_doubtful_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, {"a.pp": "$h = { a => 1, a => 2 }"})
    assert main(["validate", "--strict", "error", str(tmp_path)]) == 1
    assert "Error: The key 'a'" in capsys.readouterr().err
    assert main(["validate", "--strict", "off", str(tmp_path)]) == 0
    assert capsys.readouterr().err == ""


def test_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, {"a.pp": "file { 'a' mode => 1 }"})
    assert main(["validate", "--format", "json", str(tmp_path / "a.pp")]) == 1
    assert json.loads(capsys.readouterr().out) == {
        "files": 1,
        "errors": 1,
        "warnings": 0,
        "problems": [
            {
                "severity": "error",
                "message": "Syntax error at 'mode'",
                "file": str(tmp_path / "a.pp"),
                "line": 1,
                "column": 12,
                "hint": "is a colon missing behind the title?",
            }
        ],
    }


def test_definitions_stand_where_a_module_looks_for_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(
        tmp_path,
        {
            "metadata.json": '{"name": "acme-web"}',
            "manifests/init.pp": "class web { }",
            "manifests/server/config.pp": "class web::server::config::inner { }",
            "manifests/wrong.pp": "class web::right { }\nnotice(1)",
            "functions/f.pp": "function web::f() { 1 }",
            "types/port.pp": "type Web::Port = Integer[0, 65535]",
            "examples/use.pp": "include web",
        },
    )
    assert main(["validate", str(tmp_path)]) == 1
    err = capsys.readouterr().err
    wrong = tmp_path / "manifests/wrong.pp"
    assert f"The name 'web::right' is unacceptable in file '{wrong}' (file: {wrong}, line: 1, column: 1)" in err
    assert "This Function Call is unacceptable as a top level construct in this location" in err
    assert err.count("Error:") == 2


def test_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"notice(")))
    assert main(["validate", "-"]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "Error: Syntax error at end of input",
        "  the '(' of line 1, column 7 is not closed",
    ]


def test_missing_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "/nonexistent/site.pp"]) == 1
    assert capsys.readouterr().err == "Error: cannot read /nonexistent/site.pp: No such file or directory\n"
