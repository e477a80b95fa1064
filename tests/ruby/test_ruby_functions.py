"""Functions in Ruby, of both interfaces."""

from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from ruby_scope import Scope, Type

from bunraku.catalog.values import DEFAULT, Binary, Sensitive
from bunraku.ruby.errors import RubyError
from bunraku.ruby.worker import RubyFunction, Worker


def load(worker: Worker, scope: Scope, name: str, text: str) -> RubyFunction:
    return worker.load_function(name, f"/m/lib/puppet/functions/{name}.rb", dedent(text), scope)


def modern(worker: Worker, scope: Scope, body: str, name: str = "f") -> RubyFunction:
    return load(worker, scope, name, f"Puppet::Functions.create_function(:{name}) do\n{dedent(body)}\nend\n")


def legacy(worker: Worker, scope: Scope, body: str, options: str = "type: :rvalue") -> RubyFunction:
    text = f"module Puppet::Parser::Functions\nnewfunction(:old, {options}) do |args|\n{body}\nend\nend\n"
    return load(worker, scope, "old", text)


def test_overloads_are_told_with_their_types(worker: Worker, scope: Scope) -> None:
    function = modern(
        worker,
        scope,
        """
        local_types { type 'Port = Integer[1, 65535]' }
        dispatch :one do
          param 'String[1]', :a
          optional_param 'Port', :b
          repeated_param 'Any', :rest
          return_type 'Boolean'
        end
        dispatch :two do
          required_param 'Hash', :h
          block_param 'Callable[1,1]', :each
        end
        argument_mismatch :wrong do
          required_repeated_param 'Any', :all
        end
        def one(a, b = 1, *rest); end
        def two(h); yield 1; end
        def wrong(*all); 'no'; end
        """,
    )
    one, two, wrong = function.dispatches
    assert one.parameters == (("required", "String[1]", "a"), ("optional", "Port", "b"), ("repeated", "Any", "rest"))
    assert (one.returns, one.block, one.mismatch) == ("Boolean", None, False)
    assert two.block == ("required", "Callable[1,1]", "each")
    assert (wrong.mismatch, wrong.parameters) == (True, (("required_repeated", "Any", "all"),))
    assert function.aliases == ("Port = Integer[1, 65535]",)


def test_without_a_dispatch_the_method_tells(worker: Worker, scope: Scope) -> None:
    function = modern(worker, scope, "def f(a, b = 2, *c); [a, b, c]; end")
    assert [kind for kind, _, _ in function.dispatches[0].parameters] == ["required", "optional", "repeated"]
    assert worker.call(function, 0, ["x", None, 1, 2], scope) == ["x", None, [1, 2]]


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, 5, -1, 2.5, "", "text", "é\n", [], {}, ["a", [None]], {"a": {"b": [1]}}, 2**63 - 1),
        *({1: "one", "two": 2}, {None: 1}, DEFAULT, Sensitive("x"), Sensitive({"a": Sensitive(1)}), Binary(b"\0\xff")),
    ],
)
def test_a_value_comes_back_as_it_went(worker: Worker, scope: Scope, value: Any) -> None:
    function = modern(worker, scope, "def f(value); value; end")
    assert worker.call(function, 0, [value], scope) == value
    assert worker.call(function, 0, [[value]], scope) == [value]


def test_values_without_a_counterpart_come_back_as_the_very_object(worker: Worker, scope: Scope) -> None:
    class Version:
        def __str__(self) -> str:
            return "1.2.3"

    function = modern(worker, scope, "def f(v); [v, v.to_s, v.size]; end")
    version = Version()
    back = worker.call(function, 0, [version], scope)
    assert back[0] is version
    assert back[1:] == ["1.2.3", 5]


def test_types_are_asked_about(worker: Worker, scope: Scope) -> None:
    body = "def f(t, v); [t.instance?(v), t.to_s, Puppet::Pops::Types::TypeParser.singleton.parse('String')]; end"
    answer = worker.call(modern(worker, scope, body), 0, [Type("Integer"), 3], scope)
    assert answer[:2] == [True, "Integer"]
    assert isinstance(answer[2], Type)


def test_a_lambda_is_called_from_ruby_and_a_ruby_block_from_here(worker: Worker, scope: Scope) -> None:
    class Block:
        parameter_names = ("x",)

        def takes(self, count: int) -> bool:
            return count == 1

        def __call__(self, x: int) -> int:
            return x * 10

    function = modern(
        worker,
        scope,
        """
        dispatch(:f) { param 'Array', :a; block_param }
        def f(a, &block)
          a.map { |x| yield(x) + block.arity } + call_function('each', a) { |x| "r#{x}" }
        end
        """,
    )
    scope.functions["each"] = lambda items, block: [block(item) for item in items]
    assert worker.call(function, 0, [[1, 2]], scope, Block()) == [11, 21, "r1", "r2"]


def test_injected_arguments_stand_where_they_were_declared(worker: Worker, scope: Scope) -> None:
    text = """
    Puppet::Functions.create_function(:f, Puppet::Functions::InternalFunction) do
      dispatch :f do
        scope_param
        param 'String', :a
        repeated_param 'Any', :rest
      end
      def f(scope, a, *rest); [scope['x'], a, rest, closure_scope['x']]; end
    end
    """
    scope.values["x"] = "X"
    function = load(worker, scope, "f", text)
    assert worker.call(function, 0, ["a", 1, 2], scope) == ["X", "a", [1, 2], "X"]


def test_the_name_must_be_the_files(worker: Worker, scope: Scope) -> None:
    text = "Puppet::Functions.create_function(:g) { def g; end }"
    with pytest.raises(RubyError, match="mis-matched name, expected 'f', got g"):
        load(worker, scope, "f", text)


def test_old_functions_see_undef_as_an_empty_string(worker: Worker, scope: Scope) -> None:
    function = legacy(worker, scope, "[args[0], args[1], args[2]['a'].inspect]")
    assert function.legacy
    assert worker.call(function, 0, [None, [None], {"a": None}], scope) == ["", [None], "nil"]


def test_old_functions_count_their_arguments(worker: Worker, scope: Scope) -> None:
    function = legacy(worker, scope, "args.size", "type: :rvalue, arity: -3")
    assert (function.arity, function.rvalue) == (-3, True)
    with pytest.raises(RubyError) as failure:
        worker.call(function, 0, ["a"], scope)
    assert failure.value.message == "old(): Wrong number of arguments given (1 for minimum 2)"


def test_an_old_statement_gives_nothing(worker: Worker, scope: Scope) -> None:
    function = legacy(worker, scope, "setvar('y', lookupvar('x')); notice('done'); 5", "type: :statement")
    scope.values["x"] = 7
    assert worker.call(function, 0, [], scope) is None
    assert (scope.values["y"], scope.logs, function.rvalue) == (7, [("notice", "done")], False)


def test_old_functions_call_each_other_and_ours(worker: Worker, scope: Scope) -> None:
    legacy(worker, scope, '"old #{args[0]}"')
    scope.functions["upcase"] = str.upper
    text = """
    Puppet::Parser::Functions.newfunction(:other, type: :rvalue) do |args|
      Puppet::Parser::Functions.function(:upcase)
      [function_old(['a']), function_upcase(['b']), call_function('upcase', ['c']), self['x']]
    end
    """
    assert worker.call(load(worker, scope, "other", text), 0, [], scope) == ["old a", "B", "C", None]


def test_what_is_raised_keeps_its_message(worker: Worker, scope: Scope) -> None:
    function = legacy(worker, scope, "raise Puppet::ParseError, _('old(): not so')")
    with pytest.raises(RubyError) as failure:
        worker.call(function, 0, [], scope)
    assert (failure.value.message, failure.value.ruby_class) == ("old(): not so", "Puppet::ParseError")


def test_the_catalog_and_the_settings_are_asked_for(worker: Worker, scope: Scope) -> None:
    function = legacy(
        worker,
        scope,
        "[findresource('File', '/etc/motd').to_s, findresource('File[/none]'), Puppet[:vardir], compiler.node.name]",
    )
    assert worker.call(function, 0, [], scope) == ["File[/etc/motd]", None, "/var/lib/puppet", "host.example.com"]


def test_helpers_that_modules_lean_on(worker: Worker, scope: Scope) -> None:
    function = modern(
        worker,
        scope,
        """
        def f
          require 'puppet/util/execution'
          [Puppet::Util::Package.versioncmp('1.10', '1.9'), Puppet::Util::Execution.execute(['echo', 'a b']).strip,
           Puppet::Util.absolute_path?('/x'), Puppet.version, Puppet.features.root?.nil?]
        end
        """,
    )
    assert worker.call(function, 0, [], scope) == [1, "a b", True, "7.23.0", False]


def test_a_modules_own_files_can_be_required(worker: Worker, scope: Scope, tmp_path: Path) -> None:
    library = tmp_path / "web" / "lib" / "puppet_x" / "web.rb"
    library.parent.mkdir(parents=True)
    library.write_text("module PuppetX; WEB = 'ours'; end\n")
    shadow = tmp_path / "web" / "lib" / "puppet" / "util" / "web.rb"
    shadow.parent.mkdir(parents=True)
    shadow.write_text("module Puppet::Util; WEB = 'shadow'; end\n")
    body = "def f; require 'puppet_x/web'; require 'puppet/util/web'; [PuppetX::WEB, Puppet::Util::WEB]; end"
    assert worker.call(modern(worker, scope, body), 0, [], scope) == ["ours", "shadow"]


def test_an_object_of_ours_is_asked_only_what_it_offers(worker: Worker, scope: Scope) -> None:
    class Context:
        puppet_methods = ("cache",)

        def cache(self, key: str, value: int) -> int:
            return value + 1

        def secret(self) -> str:
            return "s"

    function = modern(worker, scope, "def f(context, name); context.send(name, 'k', 1); end")
    assert worker.call(function, 0, [Context(), "cache"], scope) == 2
    with pytest.raises(RubyError, match="undefined method `secret'"):
        worker.call(function, 0, [Context(), "secret"], scope)


@pytest.mark.parametrize(
    "body",
    ["Float::NAN", "x = []; 5000.times { x = [x] }; x", "Object.new", "2**80", "f", "x = []; x << x; x"],
)
def test_a_value_that_the_language_does_not_have_is_an_error_and_the_worker_goes_on(
    worker: Worker, scope: Scope, body: str
) -> None:
    with pytest.raises(RubyError):
        worker.call(modern(worker, scope, f"def f; {body}; end"), 0, [], scope)
    assert worker.render("on", None, scope) == "on"


def test_a_value_that_is_nested_too_deep_is_an_error(worker: Worker, scope: Scope) -> None:
    value: list[Any] = []
    for _ in range(5000):
        value = [value]
    with pytest.raises(RubyError, match="cannot be handed to Ruby"):
        worker.call(modern(worker, scope, "def f(x); 1; end"), 0, [value], scope)
    assert worker.render("on", None, scope) == "on"
