"""Facts that modules bring along (`facts.d`, `lib/facter`), as Puppet has them when it applies."""

import shutil
import subprocess
from pathlib import Path

import pytest

import bunraku
from bunraku.api.host_facts import host_facts
from bunraku.ruby.facts import RubyFacts

IN_RUBY = {
    "kernel_told.rb": 'Facter.add(:kernel_told) { setcode { "it is #{Facter.value(:kernel)}" } }',
    "many.rb": "%w[one two].map { |n| Facter.add(\"many_#{n}\") { setcode { { n: n, 'l' => [1, 2.5, nil, true] } } } }",
    "puppet_asked.rb": "Facter.add('puppet_asked') do\n  setcode { Puppet::Type.type(:file).name.to_s }\nend",
    "elsewhere.rb": "Facter.add(:elsewhere) { confine kernel: 'Plan9'; setcode { 'x' } }",
    "broken.rb": "Facter.add(:broken) { setcode { raise 'oh no' } }",
    "noisy.rb": "puts 'said while loading'\nFacter.add(:noisy) { setcode { puts 'said'; 'n' } }",
}
NAMES = [
    "kernel_told",
    "many_one",
    "many_two",
    "puppet_asked",
    "elsewhere",
    "broken",
    "noisy",
    "from_file",
    "unheard_of",
]


@pytest.fixture
def modulepath(tmp_path: Path) -> Path:
    facter = tmp_path / "modules" / "told" / "lib" / "facter"
    facter.mkdir(parents=True)
    for name, text in IN_RUBY.items():
        (facter / name).write_text(text)
    (tmp_path / "modules" / "other" / "facts.d").mkdir(parents=True)
    (tmp_path / "modules" / "other" / "facts.d" / "a.yaml").write_text("from_file: [1, x]\n")
    return tmp_path / "modules"


@pytest.fixture
def need_facter() -> None:
    found = subprocess.run(["ruby", "-e", "require 'facter'"], capture_output=True) if shutil.which("ruby") else None
    if found is None or found.returncode:
        pytest.skip("facter is not installed as a library of Ruby: there is nothing that works out facts in Ruby")


def test_they_are_those_that_puppet_has(modulepath: Path, need_facter: None) -> None:
    puppet = shutil.which("puppet")
    if puppet is None:
        pytest.skip("puppet is not installed: nothing to compare with")
    code = "".join(f'notify {{ "{name}=${{facts["{name}"]}}": }}' for name in NAMES)
    told = subprocess.run(
        [puppet, "apply", "--noop", "--color=false", "--modulepath", str(modulepath), "-e", code],
        capture_output=True,
        text=True,
        timeout=300,
    )
    facts = host_facts([modulepath])
    assert facts.get("many_one") == {"n": "one", "l": [1, 2.5, None, True]}
    assert facts.get("from_file") == [1, "x"]
    ours = {name: facts.get(name) for name in NAMES}
    shown = {"many_one": "{n => one, l => [1, 2.5, , true]}", "many_two": "{n => two, l => [1, 2.5, , true]}"}
    shown["from_file"] = "[1, x]"
    for name, value in ours.items():
        assert f"Notify[{name}={shown.get(name, '' if value is None else value)}]" in told.stdout
    assert {name for name, value in ours.items() if value is None} == {"elsewhere", "broken", "unheard_of"}


def test_all_are_listed(modulepath: Path, need_facter: None) -> None:
    listed = set(host_facts([modulepath]))
    assert {"kernel_told", "many_one", "many_two", "noisy", "from_file", "kernel"} <= listed
    assert not {"elsewhere", "broken"} & listed


def test_other_names_start_nothing(modulepath: Path) -> None:
    warnings: list[str] = []
    facts = RubyFacts([f"{modulepath}/told/lib/facter"], warnings, program="/nonexistent/ruby")
    assert facts.find("unheard_of") is None and not warnings
    assert facts.find("kernel_told") is None and facts.find("noisy") is None
    (told,) = warnings
    assert "facts that modules have in Ruby are left out: '/nonexistent/ruby' was not found" in told


def test_one_that_never_ends_is_left_out_and_no_other(modulepath: Path, need_facter: None) -> None:
    folder = modulepath / "told" / "lib" / "facter"
    (folder / "endless.rb").write_text("Facter.add(:endless) { setcode { loop { sleep 1 } } }")
    warnings: list[str] = []
    facts = RubyFacts([str(folder)], warnings, deadline=6)
    assert facts.find("endless") is None
    assert facts.find("noisy") == "n"
    assert warnings == ["the fact 'endless' is left out: facter was ended: it was not done after 6 s"]


def test_one_fact_in_data_or_a_template_asks_for_no_other(
    modulepath: Path, tmp_path: Path, need_facter: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(RubyFacts, "find", lambda facts, name: asked.append(name) or f"value of {name}")
    monkeypatch.setattr(RubyFacts, "names", lambda facts: asked.append("all") or [])
    (tmp_path / "data").mkdir()
    (tmp_path / "hiera.yaml").write_text("version: 5\nhierarchy:\n  - {name: n, path: '%{facts.noisy}.yaml'}\n")
    (tmp_path / "data" / "value of noisy.yaml").write_text("key: found\n")
    functions = modulepath / "told" / "lib" / "puppet" / "parser" / "functions"
    functions.mkdir(parents=True)
    function = "newfunction(:broken_one, type: :rvalue) { |_| lookupvar('facts').fetch('broken') }"
    (functions / "broken_one.rb").write_text(f"module Puppet::Parser::Functions\n{function}\nend")
    template = "<%= @facts['noisy'] %> <%= scope['facts'].dig('many_one') %> <%= scope.function_broken_one([]) %>"
    compiled = bunraku.compile(
        f'notice(lookup("key"), inline_template("{template}"))',
        facts=host_facts([modulepath]),
        modulepath=[modulepath],
        certname="n",
        hiera_config=tmp_path / "hiera.yaml",
    )
    assert [log.message for log in compiled.logs] == ["found value of noisy value of many_one value of broken"]
    assert set(asked) == {"noisy", "many_one", "broken"}
