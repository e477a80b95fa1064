"""package through pip: a Python and wheels of the tests' own, and Python's own order of versions."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from bunraku.resources.package import pip, versions

from .conftest import Apply, only, words

# The order that PEP 440 gives in its own summary, and spellings that mean the same.
ORDERED = [
    "1.dev0", "1.0.dev456", "1.0a1", "1.0a2.dev456", "1.0a12.dev456", "1.0a12", "1.0b1.dev456", "1.0b2",
    "1.0b2.post345.dev456",
]  # fmt: skip
ORDERED += [
    "1.0b2.post345", "1.0rc1.dev456", "1.0rc1", "1.0", "1.0+abc.5", "1.0+abc.7", "1.0+5", "1.0.post456.dev34",
    "1.0.post456",
]  # fmt: skip
ORDERED += ["1.0.15", "1.1.dev1", "1.10", "1!0.1"]


def test_versions_are_ordered_as_pep_440_says() -> None:
    for older, newer in zip(ORDERED, ORDERED[1:], strict=False):
        assert versions.python(older, newer) < 0, f"{older} {newer}"
        assert versions.python(newer, older) > 0
    for a, b in [("1.0", "1.0.0"), ("1.0-1", "1.0.post1"), ("1.0RC1", "1.0-c.1"), ("v1", "1"), ("1.0+a-b", "1.0+a.b")]:
        assert versions.python(a, b) == 0, f"{a} {b}"
    assert [v for v in ("1.0", "1.0rc1", "1.0.dev3", "1.0.post1") if versions.is_prerelease(v)] == [
        "1.0rc1",
        "1.0.dev3",
    ]


def test_what_pip_lists() -> None:
    assert pip.parse_list("Foo.Bar==1.0\nbaz===x1\n# a comment\n") == {"foo-bar": "1.0", "baz": "x1"}


def wheel(folder: Path, name: str, version: str) -> Path:
    path = folder / f"{name}-{version}-py3-none-any.whl"
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}.py", "")
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", f"{name}.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    return path


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    folder = tmp_path / "wheels"
    folder.mkdir()
    for version in ("1.0", "1.5", "2.0rc1"):
        wheel(folder, "bunraku_a", version)
    wheel(folder, "bunraku_b", "1.0")
    return folder


def test_a_package_from_nothing_to_gone(
    apply: Apply, wheels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True, capture_output=True)
    for name in ("PIP_FIND_LINKS", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    command = str(tmp_path / "venv" / "bin" / "pip")

    def declare(name: str = "bunraku-a", **parameters: object) -> tuple[str, str, dict[str, object]]:
        options = ["--no-index", {"--find-links": str(wheels)}]
        return ("package", name, {"provider": "pip3", "command": command, "install_options": options, **parameters})

    source = str(wheels / "bunraku_a-1.0-py3-none-any.whl")
    assert words(only(apply(declare(source=source)))) == ["installed"]
    assert words(only(apply(declare("Bunraku_A", ensure="1.0.0")))) == []
    assert words(only(apply(declare(ensure="latest")))) == ["upgraded 1.0 → 1.5"]
    assert words(only(apply(declare(ensure=">=1.0 <1.5")))) == ["version 1.5 → >=1.0 <1.5"]
    assert words(only(apply(declare(ensure="absent")))) == ["removed"]

    calls = []
    do = pip._do
    monkeypatch.setattr(pip, "_do", lambda argv: (calls.append(argv[-2:]), do(argv)))
    both = [declare(), declare("bunraku-b")]
    assert [words(outcome) for outcome in apply(*both).values()] == [["installed"], ["installed"]]
    assert calls == [["bunraku-a", "bunraku-b"]]
    (line,) = words(only(apply(declare("bunraku-none"))))
    assert line.startswith("! Could not find a version that satisfies the requirement bunraku-none")
    (line,) = words(only(apply(declare(command="/nowhere/pip"))))
    assert line == "! '/nowhere/pip' was not found: install it first (package python3-pip)"
