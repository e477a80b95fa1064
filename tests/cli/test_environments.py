"""Environments: a folder with modules, manifests, data and code of its own, as environment.conf tells."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bunraku.cli.main import main

Compile = Callable[..., tuple[int, Any, str]]


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.fixture
def compiled(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Compile:
    """Runs `bunraku compile`: exit code, catalog, standard error."""
    facts = write(tmp_path, facts_dot_json="{}") / "facts.json"

    def run(*words: str | Path) -> tuple[int, Any, str]:
        code = main(["compile", *map(str, words), "--facts", str(facts), "--certname", "web1"])
        out, err = capfd.readouterr()
        return code, json.loads(out) if out else None, err

    return run


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    return write(
        tmp_path / "envs" / "test",
        environment_dot_conf="modulepath = site:$basemodulepath\nmanifest = code\nenvironment_timeout = 0\n",
        code__b_dot_pp="notify { lookup('greeting'): }",
        code__a__x_dot_pp="include web\nnotify { $environment: }",
        site__web__manifests__init_dot_pp='class web { notify { "web ${environment::two()} ${one()}": } }',
        functions__one_dot_pp="function one() { 1 }",
        functions__environment__two_dot_pp="function environment::two() >> Environment::Two { 2 }",
        types__environment__two_dot_pp="type Environment::Two = Integer[2, 2]",
        hiera_dot_yaml="version: 5",
        data__common_dot_yaml="greeting: good day",
    )


def titles(catalog: Any) -> list[str]:
    return [resource["title"] for resource in catalog["resources"] if resource["type"] == "Notify"]


def test_an_environment_by_its_name(compiled: Compile, environment: Path) -> None:
    code, catalog, err = compiled("--environmentpath", f"/nonexistent:{environment.parent}", "--environment", "test")
    assert (code, err) == (0, "")
    assert catalog["environment"] == "test"
    assert titles(catalog) == ["web 2 1", "test", "good day"]


def test_an_environment_by_its_folder(compiled: Compile, environment: Path) -> None:
    code, catalog, _ = compiled(environment)
    assert code == 0
    assert (catalog["environment"], len(titles(catalog))) == ("test", 3)


def test_another_manifest_in_an_environment(compiled: Compile, environment: Path, tmp_path: Path) -> None:
    manifest = write(tmp_path, x_dot_pp="include web") / "x.pp"
    code, catalog, _ = compiled(manifest, "--environmentpath", environment.parent, "--environment", "test")
    assert (code, titles(catalog)) == (0, ["web 2 1"])


def test_the_base_module_path_and_the_settings(compiled: Compile, environment: Path, tmp_path: Path) -> None:
    code = "include base\nnotify { $settings::modulepath: }\nnotify { $settings::manifest: }"
    write(tmp_path, x_dot_pp=code, base__base__manifests__init_dot_pp="class base { notify { 'base': } }")
    base = tmp_path / "base"
    status, catalog, _ = compiled(
        tmp_path / "x.pp", "--environmentpath", environment.parent, "--environment", "test", "--basemodulepath", base
    )
    assert status == 0
    assert titles(catalog) == ["base", f"{environment}/site:{base}", f"{environment}/code"]


def test_what_an_environment_is_without_a_configuration(compiled: Compile, tmp_path: Path) -> None:
    write(
        tmp_path / "envs" / "plain",
        manifests__site_dot_pp="include a",
        modules__a__manifests__init_dot_pp="class a { notify { 'a': } }",
    )
    code, catalog, _ = compiled("--environmentpath", tmp_path / "envs", "--environment", "plain")
    assert (code, titles(catalog)) == (0, ["a"])


def test_the_version_of_a_catalog(compiled: Compile, environment: Path) -> None:
    script = write(environment, version="#!/bin/sh\necho v$((40 + 2))\n") / "version"
    script.chmod(0o755)
    with (environment / "environment.conf").open("a") as conf:
        conf.write("config_version = version\n")
    assert compiled(environment)[1]["version"] == "v42"
    script.write_text("#!/bin/sh\nexit 3\n")
    code, _, err = compiled(environment)
    assert code == 1
    assert err.startswith(f"Error: Execution of config_version command `{script}` failed: ")


def test_settings_that_do_not_belong_there(compiled: Compile, environment: Path) -> None:
    with (environment / "environment.conf").open("a") as conf:
        conf.write("colour = green\n[agent]\nmanifest = other\n")
    code, _, err = compiled(environment)
    assert code == 0
    conf_path = environment / "environment.conf"
    assert f"Invalid sections in environment.conf at '{conf_path}'" in err
    assert "are being ignored: 'agent'" in err
    assert "The following unknown setting(s) are being ignored: colour" in err


@pytest.mark.parametrize(
    ("conf", "message"),
    [
        ("modulepath = $nowhere/x", "Could not find value for $nowhere"),
        ("modulepath\n", "cannot read the line 'modulepath'"),
        ("manifest = gone.pp", "has no manifest: "),
    ],
)
def test_a_configuration_that_is_wrong(compiled: Compile, environment: Path, conf: str, message: str) -> None:
    (environment / "environment.conf").write_text(conf)
    code, _, err = compiled(environment)
    assert code == 1
    assert message in err.splitlines()[0]


@pytest.mark.parametrize("name", ["tests", "../test", ""])
def test_an_environment_that_is_not_there(compiled: Compile, environment: Path, name: str) -> None:
    code, _, err = compiled("--environmentpath", environment.parent, "--environment", name)
    assert code == 1
    assert "Could not find a directory environment named '" in err
    if name == "tests":
        assert "did you mean 'test'?" in err


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        ("functions", "function web::y() { 1 }", "Unacceptable location. The name 'web::y' is unacceptable in file"),
        ("functions", "function web::x::y() { 1 }", "with the wrong name, expected web::x, actual web::x::y"),
        ("functions", "# nothing", "does not define the function 'web::x' - it is empty."),
        ("functions", "type Web::X = Integer", "does not define the function 'web::x' - no function found."),
        ("types", "type Web::Y = Integer", "with the wrong name, expected 'web::x', actual 'Web::Y'"),
        ("types", "type Web::X = Integer type Web::Y = String", "must contain only the type 'web::x'"),
    ],
)
def test_a_file_that_holds_something_else(
    compiled: Compile, environment: Path, tmp_path: Path, kind: str, text: str, message: str
) -> None:
    write(environment / "site" / "web" / kind, x_dot_pp=text)
    code = "notice(web::x())" if kind == "functions" else "notice(1 =~ Web::X)"
    status, _, err = compiled(write(tmp_path, y_dot_pp=code) / "y.pp", "--modulepath", environment / "site")
    assert status == 1
    assert message in err


# ---- what modules need


def module(folder: Path, name: str, version: str, **needs: str) -> None:
    listed = [{"name": f"vendor/{each}", "version_requirement": wanted} for each, wanted in needs.items()]
    metadata = json.dumps({"name": f"vendor-{name}", "version": version, "dependencies": listed})
    write(folder / name, metadata_dot_json=metadata, manifests__init_dot_pp=f"class {name} {{ }}")


def test_a_dependency_that_is_missing_or_too_old(compiled: Compile, tmp_path: Path) -> None:
    module(tmp_path / "m", "web", "1.0.0", base=">= 2.0.0 < 4.0.0", gone="1.x", fine=">= 1.0.0", newer="< 2.0.0")
    module(tmp_path / "m", "base", "1.5.0")
    module(tmp_path / "m", "fine", "1.5.0")
    module(tmp_path / "m", "newer", "3.0.0")
    module(tmp_path / "m", "unused", "1.0.0", nothing=">= 1.0.0")
    manifest = write(tmp_path, x_dot_pp="include web") / "x.pp"
    code, catalog, err = compiled(manifest, "--modulepath", tmp_path / "m")
    assert (code, catalog["classes"]) == (0, ["settings", "web"])
    assert err.splitlines() == [
        "Warning: module 'vendor-web' (v1.0.0) requires 'vendor-base' (>= 2.0.0 < 4.0.0), found 1.5.0",
        "Warning: module 'vendor-web' (v1.0.0) requires 'vendor-gone' (1.x), which is not on the module path",
    ]


def test_what_fails_for_want_of_a_module_names_it(compiled: Compile, tmp_path: Path) -> None:
    module(tmp_path / "m", "web", "1.0.0", gone="1.x")
    write(tmp_path / "m", web__manifests__init_dot_pp="class web { include gone }")
    code, _, err = compiled(write(tmp_path, x_dot_pp="include web") / "x.pp", "--modulepath", tmp_path / "m")
    assert code == 1
    assert "requires 'vendor-gone' (1.x), which is not on the module path" in err


def test_metadata_that_cannot_be_read_asks_for_nothing(compiled: Compile, tmp_path: Path) -> None:
    for name, text in {"a": "{", "b": "[]", "c": '{"name": 3, "dependencies": [1, {"name": 2}, {}]}'}.items():
        write(tmp_path / "m" / name, metadata_dot_json=text, manifests__init_dot_pp=f"class {name} {{ }}")
    manifest = write(tmp_path, x_dot_pp="include a, b, c") / "x.pp"
    code, _, err = compiled(manifest, "--modulepath", tmp_path / "m")
    assert (code, err) == (0, "")


def test_the_list_of_modules(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    module(tmp_path / "m", "web", "1.0.0", newer="< 2.0.0")
    module(tmp_path / "m", "newer", "3.0.0")
    write(tmp_path / "n" / "web", x="")
    assert main(["module", "list", "--modulepath", f"{tmp_path}/m:{tmp_path}/n:{tmp_path}/o"]) == 0
    out, err = capfd.readouterr()
    assert out.splitlines()[:6] == [
        f"{tmp_path}/m",
        "├── vendor-newer (v3.0.0)",
        "└── vendor-web (v1.0.0)",
        f"{tmp_path}/n",
        "└── web (???) hidden",
        f"{tmp_path}/o (no modules installed)",
    ]
    assert err == "Warning: module 'vendor-web' (v1.0.0) requires 'vendor-newer' (< 2.0.0), found 3.0.0\n"


def test_production_is_the_environment_where_no_other_is_named(
    compiled: Compile, environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = environment.rename(environment.with_name("production"))
    monkeypatch.setattr("bunraku.api.environments.ENVIRONMENTPATH", (str(folder.parent),))
    site = write(tmp_path, site_dot_pp="include web\nnotify { lookup('greeting'): }") / "site.pp"
    code, catalog, _ = compiled(site)
    assert (code, titles(catalog)) == (0, ["web 2 1", "good day"])
    other = write(tmp_path / "other" / "web", manifests__init_dot_pp="class web { notify { 'other': } }").parent
    code, catalog, _ = compiled(site, "--modulepath", other)
    assert (code, titles(catalog)) == (0, ["other", "good day"])


def test_without_it_the_modules_of_all_environments_are_found(
    compiled: Compile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bunraku.api.environments.ENVIRONMENTPATH", (str(tmp_path / "none"),))
    base, other = (
        write(tmp_path / name / "web", manifests__init_dot_pp=f"class web {{ notify {{ '{name}': }} }}").parent
        for name in ("base", "other")
    )
    monkeypatch.setattr("bunraku.api.environments.BASE_MODULEPATH", (str(base),))
    site = write(tmp_path, site_dot_pp="include web") / "site.pp"
    assert titles(compiled(site)[1]) == ["base"]
    assert titles(compiled(site, "--basemodulepath", other)[1]) == ["other"]


def test_the_global_hiera_yaml_is_read_unless_another_is_named(
    compiled: Compile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("usual", "named"):
        write(tmp_path / name, hiera_dot_yaml="version: 5", data__common_dot_yaml=f"greeting: {name}")
    monkeypatch.setattr("bunraku.cli.compiling.HIERA_CONFIGS", ("/nonexistent", str(tmp_path / "usual/hiera.yaml")))
    site = write(tmp_path, site_dot_pp="notify { lookup('greeting'): }") / "site.pp"
    assert titles(compiled(site)[1]) == ["usual"]
    assert titles(compiled(site, "--hiera-config", tmp_path / "named/hiera.yaml")[1]) == ["named"]
