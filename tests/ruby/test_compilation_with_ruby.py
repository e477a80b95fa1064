"""Ruby of modules in a compilation: templates, functions of both interfaces, types."""

import shutil
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

import bunraku
from bunraku import api
from bunraku.ruby import worker as worker_room


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    if shutil.which("ruby") is None:
        pytest.skip("ruby is not installed: modules' Ruby cannot run")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def make(code: str, **files: str) -> dict[str, Any]:
        for name, text in files.items():
            path = tmp_path / "modules" / "m" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text))
        done = api.compile(dedent(code), facts={"kernel": "Linux"}, modulepath=[tmp_path / "modules"], certname="h")
        return {f"{r['type']}[{r['title']}]": r.get("parameters", {}) for r in done.to_dict()["resources"]}

    return make


def message(catalog: dict[str, Any]) -> Any:
    return catalog["Notify[n]"]["message"]


def test_templates_see_their_scope(site: Any) -> None:
    files = {
        "templates/t.erb": "<%= @port %> <%= scope['kernel'] %> <%= scope.function_template(['m/inner.erb']) -%>",
        "templates/inner.erb": "<%= @port + 1 %>",
        "manifests/init.pp": "class m($port = 80) { notify { 'n': message => template('m/t.erb') } }",
    }
    assert message(site("include m", **files)) == "80 Linux 81"


def test_an_error_in_a_template_names_its_line(site: Any) -> None:
    with pytest.raises(bunraku.CompileError) as failure:
        site("notify { 'n': message => template('m/t.erb') }", **{"templates/t.erb": "a\n<%= nil.upcase %>\n"})
    lines = failure.value.message.splitlines()
    assert lines[0].endswith("Failed to parse template m/t.erb:")
    assert lines[2:] == ["  Line: 2", "  Detail: undefined method `upcase' for nil:NilClass"]
    assert (failure.value.line, failure.value.column) == (1, 26)


def test_functions_of_both_interfaces(site: Any) -> None:
    files = {
        "lib/puppet/functions/m/modern.rb": """
            Puppet::Functions.create_function(:'m::modern') do
              dispatch(:text) { param 'M::Name', :name; return_type 'String' }
              dispatch(:each) { param 'Array', :list; block_param 'Callable[1,1]', :block }
              argument_mismatch(:wrong) { param 'Integer', :number }
              def text(name) = "text #{name}"
              def each(list, &block) = list.map { |x| yield x }
              def wrong(number) = "takes no numbers such as #{number}"
            end
            """,
        "lib/puppet/parser/functions/old.rb": """
            module Puppet::Parser::Functions
              newfunction(:old, type: :rvalue, arity: 2) do |args|
                [args[0], lookupvar('kernel'), call_function('upcase', [args[1]])]
              end
            end
            """,
        "types/name.pp": "type M::Name = String[1]\n",
    }
    code = "notify { 'n': message => [m::modern('x'), m::modern([1, 2]) |$x| { $x * 2 }, old(undef, 'b')] }"
    assert message(site(code, **files)) == ["text x", [2, 4], ["", "Linux", "B"]]
    for call, said in {
        "m::modern('')": "The function 'm::modern' was called with arguments it does not accept. It expects one of:",
        "m::modern(5)": "'m::modern' takes no numbers such as 5",
        "old(1)": "old(): Wrong number of arguments given (1 for 2)",
    }.items():
        with pytest.raises(bunraku.CompileError) as failure:
            site(f"notify {{ 'n': message => {call} }}", **files)
        assert said in failure.value.message


def test_types_of_modules_have_their_parameters_checked(site: Any) -> None:
    files = {
        "lib/puppet/type/thing.rb": "Puppet::Type.newtype(:thing) { ensurable; newparam(:path, namevar: true) { } }",
    }
    assert site("thing { '/x': ensure => present }", **files)["Thing[/x]"] == {"ensure": "present"}
    with pytest.raises(bunraku.CompileError, match="no parameter named 'mode'"):
        site("thing { '/x': mode => 1 }", **files)


def test_without_ruby_the_message_names_who_needs_it(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(*arguments: Any) -> None:
        from bunraku.system.process import CommandError

        raise CommandError("'ruby' was not found")

    monkeypatch.setattr(worker_room, "Conversation", nowhere)
    with pytest.raises(
        bunraku.CompileError, match=r"templates/t\.erb needs Ruby, but 'ruby' was not found; install it"
    ):
        site("notify { 'n': message => template('m/t.erb') }", **{"templates/t.erb": "x"})


def test_title_patterns_are_rubys(site: Any) -> None:
    files = {
        "lib/puppet/type/thing.rb": r"""
            Puppet::Type.newtype(:thing) do
              newparam(:name, namevar: true) { }
              newparam(:owner, namevar: true) { }
              def self.title_patterns = [[/\A(?<owner>\w+)@(?<name>.*)\z/m, [[:owner], [:name]]]]
            end
            """,
    }
    assert site("thing { 'me@x': }", **files)["Thing[me@x]"] == {"owner": "me", "name": "x"}


def test_ruby_starts_ahead_where_the_last_compilation_needed_it(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    expected: list[list[str]] = []
    monkeypatch.setattr(worker_room.Worker, "expect", lambda worker, files: expected.append(list(files)))
    code = "notify { 'n': message => inline_template('<%= 1 %>') }"
    for _ in range(2):
        assert message(site(code)) == "1"
    site("notify { 'n': message => 'no Ruby' }")
    assert expected == [["templates"]]


def test_a_types_own_ruby_says_more_than_a_bare_surface(site: Any) -> None:
    files = {
        "lib/puppet/type/mailalias.rb": """
            Puppet::Type.newtype(:mailalias) do
              newparam(:name, namevar: true)
              newparam(:colour)
            end
        """
    }
    catalog = site("mailalias { 'a': colour => 'red' }", **files)
    assert catalog["Mailalias[a]"] == {"colour": "red"}
    with pytest.raises(bunraku.CompileError, match="no parameter named 'recipient'"):
        site("mailalias { 'a': recipient => 'b' }", **files)
