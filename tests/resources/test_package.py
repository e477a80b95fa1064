"""package: dpkg's file, versions and ranges, and a package of the tests' own installed and removed."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from bunraku.resources.package import dpkg, versions

from .conftest import Apply, only, words

# Of this process alone: dpkg is the whole machine's, and tests may run beside each other.
NAME = f"bunraku-test-{os.getpid()}"


@pytest.mark.skipif(not shutil.which("dpkg"), reason="dpkg is not here")
@pytest.mark.parametrize(
    "pair",
    [
        ("1.0", "1.0"),
        ("1.0", "1.0-1"),
        ("1.0-1", "1.0-2"),
        ("1:0.9", "1.0"),
        ("1.0~rc1", "1.0"),
        ("1.0~rc1", "1.0~rc2"),
        ("1.0+b1", "1.0"),
        ("1.10", "1.9"),
        ("1.0a", "1.0+"),
        ("1.0-1ubuntu2", "1.0-1"),
        ("2.36-9+deb12u10", "2.36-9+deb12u9"),
        ("0:1", "1"),
        ("1.2.3", "1.2.03"),
        ("1.0~~", "1.0~"),
    ],
)
def test_versions_are_ordered_as_dpkg_does(pair: tuple[str, str]) -> None:
    for a, b in (pair, pair[::-1]):
        ours = versions.debian(a, b)
        for operator, holds in (("lt", ours < 0), ("eq", ours == 0), ("gt", ours > 0)):
            said = subprocess.run(["dpkg", "--compare-versions", a, operator, b]).returncode == 0
            assert holds == said, f"{a} {operator} {b}"


def test_ranges() -> None:
    assert versions.is_range(">=1.0 <2.0")
    assert not versions.is_range("1.0")
    assert versions.in_range("1.5", ">=1.0 <2.0", versions.debian)
    assert not versions.in_range("2.0", ">= 1.0 < 2.0", versions.debian)
    assert versions.best(["1.0", "1.9", "2.1", "1.10"], ">=1.0 <2.0", versions.debian) == "1.10"
    assert versions.best(["3"], "<2", versions.debian) is None


@pytest.mark.skipif(not Path(dpkg.STATUS).exists(), reason="dpkg is not here")
def test_what_is_installed_is_what_dpkg_says() -> None:
    said = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Package}:${Architecture} ${Version} ${db:Status-Status}\\n"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    known = dpkg.read_status()
    for line in said.splitlines():
        name, _, rest = line.partition(" ")
        version, _, status = rest.rpartition(" ")
        assert (known[name].version, known[name].status) == (version, status)


@pytest.fixture
def built(tmp_path: Path):
    """Builds versions of a package that holds one configuration file."""

    def build(version: str) -> str:
        root = tmp_path / f"v{version}"
        (root / "DEBIAN").mkdir(parents=True)
        (root / "etc").mkdir()
        (root / "etc" / f"{NAME}.conf").write_text(version)
        (root / "DEBIAN" / "conffiles").write_text(f"/etc/{NAME}.conf\n")
        (root / "DEBIAN" / "control").write_text(
            f"Package: {NAME}\nVersion: {version}\nArchitecture: all\n"
            "Maintainer: t <t@example.com>\nDescription: test\n"
        )
        path = tmp_path / f"{NAME}_{version}.deb"
        subprocess.run(["dpkg-deb", "--build", root, path], check=True, capture_output=True)
        return str(path)

    yield build
    subprocess.run(["dpkg", "--purge", NAME], capture_output=True)


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("dpkg"), reason="needs root and dpkg")
@pytest.mark.parametrize("provider", ["dpkg", "apt"])
def test_a_package_from_nothing_to_purged(apply: Apply, built, provider: str) -> None:
    one, two = built("1.0"), built("2.0")
    conf = Path(f"/etc/{NAME}.conf")

    def declare(**parameters: object) -> tuple[str, str, dict[str, object]]:
        return ("package", NAME, {"provider": provider, **parameters})

    assert words(only(apply(declare(source=one), noop=True))) == ["installed"]
    assert not conf.exists()
    assert words(only(apply(declare(source=one)))) == ["installed"]
    assert words(only(apply(declare(source=one)))) == []
    assert words(only(apply(declare(source=two, ensure="2.0", mark="hold")))) == ["version 1.0 → 2.0", "held"]
    assert words(only(apply(declare(source=two, ensure=">=1.5 <3", mark="hold")))) == []
    assert words(only(apply(declare(ensure="absent")))) == ["removed"]
    assert conf.exists()
    assert words(only(apply(declare(ensure="absent")))) == []
    assert words(only(apply(declare(ensure="purged")))) == ["purged"]
    assert not conf.exists()
    assert words(only(apply(declare(ensure="purged")))) == []


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("apt-get"), reason="needs root and apt")
def test_a_package_that_nobody_has_is_told_with_a_remedy(apply: Apply) -> None:
    (line,) = words(only(apply(("package", "bunraku-no-such-package", {}))))
    assert line == (
        "! Unable to locate package bunraku-no-such-package: is its repository set up, and `apt-get update` run?"
    )


@pytest.fixture
def repository(tmp_path: Path):
    """An apt that knows a folder of packages of the tests' own and nothing else; its calls are counted."""
    root = tmp_path / "apt"
    for folder in ("pool", "lists/partial", "cache/archives/partial", "parts"):
        (root / folder).mkdir(parents=True)
    for number in (1, 2, 3):
        source = tmp_path / f"p{number}"
        (source / "DEBIAN").mkdir(parents=True)
        (source / "DEBIAN" / "control").write_text(
            f"Package: {NAME}-{number}\nVersion: 1\nArchitecture: all\nMaintainer: t <t@example.com>\nDescription: t\n"
        )
        subprocess.run(["dpkg-deb", "--build", source, root / "pool"], check=True, capture_output=True)
    packages = subprocess.run(
        ["dpkg-scanpackages", "pool"], cwd=root, capture_output=True, text=True, check=True
    ).stdout
    (root / "Packages").write_text(packages)
    (root / "sources.list").write_text(f"deb [trusted=yes] file:{root} ./\n")
    (root / "apt.conf").write_text(
        f'Dir::Etc::sourcelist "{root}/sources.list";\nDir::Etc::sourceparts "{root}/parts";\n'
        f'Dir::State::lists "{root}/lists";\nDir::Cache "{root}/cache";\nAPT::Sandbox::User "root";\n'
    )
    environment = {**os.environ, "APT_CONFIG": str(root / "apt.conf")}
    subprocess.run(["apt-get", "update"], env=environment, check=True, capture_output=True)
    yield root / "apt.conf"
    subprocess.run(["dpkg", "--purge", *(f"{NAME}-{n}" for n in (1, 2, 3))], capture_output=True)


@pytest.mark.root
@pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("dpkg-scanpackages"), reason="needs root and dpkg-scanpackages (dpkg-dev)"
)
def test_missing_packages_are_installed_together(
    apply: Apply, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APT_CONFIG", str(repository))
    calls = []
    apt_get = dpkg.apt_get
    monkeypatch.setattr(
        dpkg, "apt_get", lambda verb, names, *a, **k: (calls.append(names), apt_get(verb, names, *a, **k))
    )
    one, two, three = (("package", f"{NAME}-{n}", {}) for n in (1, 2, 3))
    assert [words(o) for o in apply(one, two, three).values()] == [["installed"]] * 3
    assert calls == [[f"{NAME}-{n}" for n in (1, 2, 3)]]
    assert [words(o) for o in apply(one, two, three).values()] == [[]] * 3
    gone = [("package", f"{NAME}-{n}", {"ensure": "purged"}) for n in (1, 2, 3)]
    assert [words(o) for o in apply(*gone).values()] == [["purged"]] * 3

    # One that cannot be had does not keep the others back.
    calls.clear()
    outcomes = apply(one, ("package", "bunraku-no-such-package", {}), two)
    assert [o.state for o in outcomes.values()] == ["changed", "failed", "changed"]
    assert calls[0] == [f"{NAME}-1", "bunraku-no-such-package", f"{NAME}-2"]
    assert calls[1] == [f"{NAME}-1"]
