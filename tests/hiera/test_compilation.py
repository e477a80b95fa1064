"""Data in a compilation: parameters of classes, `lookup`, data functions of modules, an environment's own layer."""

from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

import bunraku
from bunraku import api

FACTS = {"kernel": "Linux", "os": {"family": "Debian"}}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def make(code: str, files: dict[str, str]) -> dict[str, Any]:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text))
        config = tmp_path / "hiera.yaml"
        catalog = api.compile(
            dedent(code),
            facts=FACTS,
            modulepath=[tmp_path / "env" / "modules"],
            certname="host.example.com",
            hiera_config=config if config.exists() else None,
        ).to_dict()
        return {r["title"]: r["parameters"]["message"] for r in catalog["resources"] if r["type"] == "Notify"}

    return make


GLOBAL = {"hiera.yaml": "version: 5\n", "data/common.yaml": "web::port: 8080\nnames: [a, b]\nkey: '%{kernel}'\n"}


def test_class_parameters_come_from_data(site: Any) -> None:
    code = """
        class web(Integer $port, $missing = 'default') { notify { 'm': message => [$port, $missing] } }
        include web
        """
    assert site(code, GLOBAL) == {"m": [8080, "default"]}


def test_lookup_in_all_its_forms(site: Any) -> None:
    code = """
        notify { '1': message => lookup('key') }
        notify { '2': message => lookup('none', undef, undef, 'd') }
        notify { '3': message => lookup(['none', 'names'], Array[String], 'unique') }
        notify { '4': message => lookup('none') |$name| { "no ${name}" } }
        notify { '5': message => lookup({'name' => 'names', 'merge' => {'strategy' => 'unique'}}) }
        notify { '6': message => hiera('key') }
        """
    expected = {"1": "Linux", "2": "d", "3": ["a", "b"], "4": "no none", "5": ["a", "b"], "6": "Linux"}
    assert site(code, GLOBAL) == expected


def test_a_missing_value_has_a_message_of_its_own(site: Any) -> None:
    with pytest.raises(bunraku.CompileError) as failure:
        site("notify { 'm': message => lookup('none') }", GLOBAL)
    assert str(failure.value) == "Function lookup() did not find a value for the name 'none'"


def test_a_module_can_compute_its_data(site: Any) -> None:
    files = {
        "env/modules/web/hiera.yaml": """
            version: 5
            hierarchy:
              - {name: Hash, data_hash: web::all, options: {a: b}}
              - {name: Key, lookup_key: web::one}
            """,
        "env/modules/web/functions/all.pp": """
            function web::all(Hash $options, Puppet::LookupContext $context) {
              $found = { 'web::options' => $options, 'web::kernel' => $context.interpolate('%{kernel}') }
              $found
            }
            """,
        "env/modules/web/functions/one.pp": """
            function web::one(String $key, Hash $options, Puppet::LookupContext $context) {
              if $key != 'web::one' { $context.not_found }
              unless $context.cache_has_key('n') { $context.cache('n', 7) }
              $context.cached_value('n')
            }
            """,
    }
    code = "notify { 'm': message => [lookup('web::options'), lookup('web::kernel'), lookup('web::one')] }"
    assert site(code, files) == {"m": [{"a": "b"}, "Linux", 7]}
    with pytest.raises(bunraku.CompileError, match="did not find a value for the name 'web::two'"):
        site("notify { 'm': message => lookup('web::two') }", files)


def test_an_environment_has_data_of_its_own(site: Any) -> None:
    files = {
        **GLOBAL,
        "env/environment.conf": "",
        "env/hiera.yaml": "version: 5\n",
        "env/data/common.yaml": "key: environment\nown: yes\n",
        "env/modules/web/manifests/init.pp": "class web {}\n",
    }
    code = "notify { 'm': message => [lookup('key'), lookup('own'), hiera('own')] }"
    assert site(code, files) == {"m": ["Linux", True, True]}
