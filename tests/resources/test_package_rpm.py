"""package through rpm and dnf: a database and a repository of the tests' own, and RPM's own order of versions."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from bunraku.resources.package import rpm, versions

from .conftest import Apply, only, words

TOOLS = ("rpm", "rpmbuild", "dnf", "createrepo_c")
MISSING = [tool for tool in TOOLS if not shutil.which(tool)]
needs_rpm = pytest.mark.skipif(
    bool(MISSING) or os.geteuid() != 0, reason=f"needs root and rpm, dnf, createrepo-c (missing: {' '.join(MISSING)})"
)

SPEC = """
Name: {name}
Version: {version}
Release: 1
Summary: A test
License: none
BuildArch: noarch
Provides: {name}-virtual
%description
A test.
%files
"""

ORDERED = [
    "0.9-1", "1.0~rc1-1", "1.0-1", "1.0^git1-1", "1.0a-1", "1.0.1-1", "1.1-1", "1.10-1",
    "1.10-2", "1.10-10", "1:0.1-1",
]  # fmt: skip


@pytest.mark.skipif(not shutil.which("rpm"), reason="rpm is not here")
@pytest.mark.parametrize("a", [*ORDERED, "1.0.a-1", "1.a-1", "2.0~~-1", "1_1-1", "01.1-1"])
def test_versions_are_ordered_as_rpm_does(a: str) -> None:
    script = "".join(f'print(rpm.vercmp("{a}", "{b}") .. " ")\n' for b in ORDERED)
    said = subprocess.run(["rpm", "--eval", f"%{{lua:{script}}}"], capture_output=True, text=True, check=True).stdout
    for b, sign in zip(ORDERED, said.split(), strict=True):
        ours = versions.rpm(a, b)
        assert (ours > 0) - (ours < 0) == int(sign), f"{a} and {b}"


def test_what_check_update_and_list_say() -> None:
    """Recorded from dnf 4.14; a long name's line breaks after the name."""
    updates = """
kernel.x86_64                        0:5.14.0-362.el9      baseos
a-package-with-a-really-long-name-that-breaks.noarch
                                     2:1.2-3               appstream
Obsoleting Packages
old.noarch                           9-9                   appstream
"""
    found = rpm.parse_updates(updates)
    assert found["kernel"] == found["kernel.x86_64"] == "5.14.0-362.el9"
    assert found["a-package-with-a-really-long-name-that-breaks"] == "2:1.2-3"
    assert "old" not in found
    listed = "Installed Packages\nx.noarch 1.0-1 @r\nAvailable Packages\nx.noarch   1.0-1   r\nx.noarch   2.0-1   r\n"
    assert rpm.parse_available(listed) == ["1.0-1", "2.0-1"]
    queried = "x 0 1.0 1 noarch\nx 0 2.0 1 noarch\ny 1 3 4 x86_64\npackage z is not installed\n"
    assert rpm.parse_query(queried)["x.noarch"] == ["1.0-1", "2.0-1"]
    assert rpm.parse_query(queried)["y"] == ["1:3-4"]


class Repository:
    """Packages built for the test, the options that name their repository and no other, the files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "repository"
        self.options = [
            "--disablerepo=*",
            f"--repofrompath=bunraku,file://{self.folder}",
            "--enablerepo=bunraku",
            "--setopt=bunraku.gpgcheck=0",
            f"--setopt=cachedir={folder}/cache",
            f"--setopt=persistdir={folder}/persist",
            f"--setopt=logdir={folder}",
        ]
        for name, version in [("bunraku-a", "1.0"), ("bunraku-a", "2.0"), ("bunraku-a", "3.0"), ("bunraku-b", "1.0")]:
            spec = folder / "package.spec"
            spec.write_text(SPEC.format(name=name, version=version))
            argv = ["rpmbuild", "-bb", "--quiet", "--define", f"_topdir {folder}/build", str(spec)]
            subprocess.run(argv, check=True, capture_output=True)
        shutil.copytree(folder / "build" / "RPMS" / "noarch", self.folder)
        subprocess.run(["createrepo_c", "-q", str(self.folder)], check=True, capture_output=True)

    def file(self, name: str, version: str) -> str:
        return str(self.folder / f"{name}-{version}-1.noarch.rpm")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """With a database of RPM's that is the test's own, so that this host's stays as it is."""
    home = tmp_path / "home"
    home.mkdir()
    (home / ".rpmmacros").write_text(f"%_dbpath {tmp_path}/database\n")
    monkeypatch.setenv("HOME", str(home))
    subprocess.run(["rpm", "--initdb"], check=True)
    return Repository(tmp_path)


@needs_rpm
def test_a_package_file_through_rpm(apply: Apply, repository: Repository) -> None:
    one, two = (
        ("package", "bunraku-a", {"provider": "rpm", "source": repository.file("bunraku-a", v)}) for v in ("1.0", "2.0")
    )
    assert words(only(apply(one))) == ["installed"]
    assert words(only(apply(one))) == []
    two[2]["ensure"] = "latest"
    assert words(only(apply(two))) == ["upgraded 1.0-1 → 2.0-1"]
    assert words(only(apply(two))) == []
    one[2]["ensure"] = "1.0-1"
    assert words(only(apply(one))) == ["version 2.0-1 → 1.0-1"]
    assert words(only(apply(("package", "bunraku-a", {"provider": "rpm", "ensure": ">=1 <2", "source": "/no"})))) == []
    virtual = {"provider": "rpm", "source": "/no"}
    assert words(only(apply(("package", "bunraku-a-virtual", virtual)))) == []
    assert words(only(apply(("package", "bunraku-a", {"provider": "rpm", "ensure": "absent"})))) == ["removed"]
    assert words(only(apply(("package", "bunraku-a", {"provider": "rpm", "ensure": "absent"})))) == []
    (line,) = words(only(apply(("package", "bunraku-a", virtual))))
    assert line.startswith("! error: open of /no failed")


@needs_rpm
def test_packages_of_a_repository_through_dnf(apply: Apply, repository: Repository) -> None:
    def declare(name: str = "bunraku-a", **parameters: object) -> tuple[str, str, dict[str, object]]:
        return ("package", name, {"provider": "dnf", "install_options": repository.options, **parameters})

    assert words(only(apply(declare(ensure="1.0"), noop=True))) == ["installed 1.0"]
    assert words(only(apply(declare(ensure="1.0")))) == ["installed 1.0"]
    assert words(only(apply(declare(ensure="1.0-1")))) == []
    assert words(only(apply(declare(ensure=">=1.0 <3.0")))) == []
    assert words(only(apply(declare(ensure=">1.0 <3.0")))) == ["version 1.0-1 → >1.0 <3.0"]
    assert words(only(apply(declare(ensure="2.0")))) == []
    assert words(only(apply(declare(ensure="latest")))) == ["upgraded 2.0-1 → 3.0-1"]
    assert words(only(apply(declare(ensure="latest")))) == []
    assert words(only(apply(declare(ensure="1.0")))) == ["version 3.0-1 → 1.0"]
    assert words(only(apply(declare(ensure="absent")))) == ["removed"]
    (line,) = words(only(apply(declare("bunraku-none"))))
    assert line.startswith("! ")
    assert "bunraku-none" in line
    assert words(only(apply(declare(ensure="purged")))) == []
    assert words(only(apply(declare(mark="hold")))) == ["! The dnf provider cannot hold a package at its version"]


@needs_rpm
def test_missing_packages_are_installed_in_one_transaction(
    apply: Apply, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    call = rpm.Rpm._call
    monkeypatch.setattr(rpm.Rpm, "_call", staticmethod(lambda argv: (calls.append(argv[-2:]), call(argv))))
    both = [
        ("package", n, {"provider": "dnf", "install_options": repository.options}) for n in ("bunraku-a", "bunraku-b")
    ]
    assert [words(outcome) for outcome in apply(*both).values()] == [["installed"], ["installed"]]
    assert calls == [["bunraku-a", "bunraku-b"]]
    assert [words(outcome) for outcome in apply(*both).values()] == [[], []]
