"""Facts that operators add, set beside facter's reading of the same folder."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bunraku.facts import Facts, collect
from bunraku.facts import external as room

FILES = {
    "a.txt": "both=txt\nline=v=w\n=x\nempty=\nnumber=5\nspaced = q\nnot a fact\n",
    "b.json": '{"both": "json", "float": 1.5, "nothing": null, "tree": {"list": [1, true]}}',
    "m.yaml": "both: yaml\nnumber_in_yaml: 5\nday: 2020-01-01\nmoment: 2020-01-01 10:00:00\nUpper: u\n"
    "b.c: dotted\nyes: no\n",
    "lines": "#!/bin/sh\necho from_lines=1\necho both=lines\n",
    "script": '#!/bin/sh\necho \'{"from_json": {"k": [1]}}\'\n',
    "failing": "#!/bin/sh\nexit 3\n",
    ".hidden.yaml": "hidden: 1\n",
    "other.conf": "ignored=1\n",
    "empty.yaml": "",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
        if text.startswith("#!"):
            (tmp_path / name).chmod(0o755)
    return tmp_path


def test_files_are_read_as_facter_reads_them(folder: Path) -> None:
    program = shutil.which("facter")
    if program is None:
        pytest.skip("facter is not installed: nothing to compare with")
    done = subprocess.run(
        [program, "--json", "--external-dir", str(folder)], capture_output=True, timeout=60, check=False
    )
    theirs: dict[str, Any] = json.loads(done.stdout)
    core = set(collect(external=[]))
    expected = {name: value for name, value in theirs.items() if name not in core}
    ours = collect(external=[str(folder)])
    assert {name: ours[name] for name in set(ours) - core} == {
        n: v for n, v in expected.items() if n not in ("is_virtual", "virtual", "system_uptime")
    }


def test_they_come_before_what_is_known_of_the_host(folder: Path) -> None:
    (folder / "z.json").write_text('{"os": "ours", "kernel": "Other"}')
    facts = collect(external=[str(folder)])
    assert (facts["os"], facts["kernel"]) == ("ours", "Other")
    assert "tree" in facts
    assert facts.dig("tree.list.0") == 1


def test_facts_in_python(tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text("def resolve(facts):\n    return {'Own': facts['kernel'].lower(), 'none': None}\n")
    facts = collect(external=[str(tmp_path)])
    assert facts["own"] == "linux"
    assert "none" not in facts


def test_facts_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FACTER_Role", "web")
    assert collect(external=[])["role"] == "web"


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("bad.yaml", "a: [", "did not find expected"),
        ("bad.json", "{", "Expecting property name"),
        ("list.yaml", "- 1", "a hash of names and values is needed"),
        ("sym.yaml", "a: :b", "unspecified class: Symbol"),
        ("raises.py", "def resolve(facts):\n    raise ValueError('no')\n", "ValueError: no"),
        ("syntax.py", "def\n", "SyntaxError"),
        ("nothing.py", "x = 1\n", "def resolve"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_of_and_left_out(tmp_path: Path, name: str, text: str, why: str) -> None:
    (tmp_path / name).write_text(text)
    (tmp_path / "good.txt").write_text("good=1\n")
    facts: Facts = collect(external=[str(tmp_path)])
    assert facts["good"] == "1"
    assert len(facts.warnings) == 1
    assert why in facts.warnings[0]
    assert name in facts.warnings[0]


def test_an_executable_has_a_deadline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "DEADLINE", 0.3)
    (tmp_path / "slow").write_text("#!/bin/sh\nsleep 60\n")
    (tmp_path / "slow").chmod(0o755)
    facts = collect(external=[str(tmp_path)])
    assert facts["kernel"] == "Linux"
    assert "not done after 0.3 s" in facts.warnings[0]
