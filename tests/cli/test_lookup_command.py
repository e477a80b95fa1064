"""`bunraku lookup`, on the data of the Hiera tests."""

import json
from pathlib import Path
from typing import Any

import pytest

from bunraku.cli.main import main

FIXTURE = Path(__file__).parent.parent / "hiera" / "fixture"
FACTS = {"os": {"family": "Debian", "release": {"major": "12"}}, "kernel": "Linux"}


@pytest.fixture
def lookup(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    facts = tmp_path / "facts.json"
    facts.write_text(json.dumps(FACTS))

    def run(*words: str) -> tuple[int, str, str]:
        where = ["--hiera-config", str(FIXTURE / "hiera.yaml"), "--modulepath", str(FIXTURE / "modules")]
        code = main(["lookup", *where, "--facts", str(facts), "--node", "host.example.com", "--strict", "off", *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_the_value_is_printed(lookup: Any) -> None:
    assert lookup("where") == (0, "--- node\n", "")
    assert lookup("nothing", "hash", "--format", "json")[1] == '{\n  "a": "node",\n  "n": 1\n}\n'
    assert lookup("int", "--format", "text")[1] == "5\n"
    assert lookup("nothing", "--default", "d")[1] == "--- d\n"


def test_no_value_is_an_error(lookup: Any) -> None:
    assert lookup("nothing") == (1, "", "Error: Function lookup() did not find a value for the name 'nothing'\n")
    assert (
        lookup("int", "--type", "String")[2]
        == "Error: Found value has wrong type, expects a String value, got Integer\n"
    )


def test_levels_are_merged(lookup: Any) -> None:
    assert lookup("list", "--merge", "unique", "--format", "json")[1].split() == [
        *("[", '"n1",', '"shared",', '"d1",', '"j1",', '"c1",', '"nested"', "]")
    ]
    code, out, _ = lookup("knock.list", "--merge", "deep", "--knock-out-prefix=--")
    assert (code, out) == (0, "---\n- other\n- kept\n")
    assert lookup("list", "--sort-merged-arrays")[0] == 1


def test_the_search_is_drawn(lookup: Any) -> None:
    code, out, _ = lookup("web::merged", "--explain")
    assert code == 0
    assert out.replace(str(FIXTURE), "FIXTURE") == (
        'web::merged\n└─ merge hash = {"c": 1, "d": 2}\n'.replace('└─ merge hash = {"c": 1, "d": 2}\n', "")
        + "├─ Global (FIXTURE/hiera.yaml)\n"
        "│  ├─ Per node\n"
        "│  │  └─ data/nodes/host.example.com.yaml: no such key\n"
        "│  ├─ Roles\n"
        "│  │  └─ no file\n"
        "│  ├─ Family\n"
        "│  │  ├─ data/family/Debian.yaml: no such key\n"
        "│  │  └─ data/Debian-.yaml: no such file\n"
        "│  ├─ Snippets\n"
        "│  │  ├─ data/conf.d/10.yaml: no such key\n"
        "│  │  └─ data/conf.d/20.yaml: no such key\n"
        "│  ├─ JSON\n"
        "│  │  └─ data/more.json: no such key\n"
        "│  └─ Common\n"
        "│     └─ data/common.yaml: no such key\n"
        "└─ Module web (FIXTURE/modules/web/hiera.yaml)\n"
        '   └─ merge hash = {"c": 1, "d": 2}\n'
        "      ├─ Family\n"
        '      │  └─ data/Debian.yaml = {"d": 2}  ◀\n'
        "      └─ Common\n"
        '         └─ data/common.yaml = {"c": 1}  ◀\n'
    )


def test_a_search_in_vain_is_drawn_too(lookup: Any) -> None:
    code, out, err = lookup("nothing", "--explain")
    assert (code, err) == (0, "")
    assert "data/common.yaml: no such key" in out
    assert "◀" not in out


def test_the_search_for_options_is_drawn_when_asked_for(lookup: Any) -> None:
    code, out, _ = lookup("web::merged", "--explain-options")
    assert code == 0
    assert '"web::merged": {"merge": "hash"}' in out
    assert "lookup_options" in out


def test_a_sensitive_value_is_not_drawn(lookup: Any, tmp_path: Path) -> None:
    config = tmp_path / "hiera.yaml"
    config.write_text("version: 5\n")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "common.yaml").write_text("pin: hush\nlookup_options: {pin: {convert_to: Sensitive}}\n")
    _, out, _ = lookup("pin", "--explain", "--hiera-config", str(config))
    assert "[sensitive]" in out
    assert "hush" not in out
