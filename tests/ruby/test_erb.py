"""ERB templates in the real Ruby."""

from typing import Any

import pytest
from ruby_scope import Scope

from bunraku.catalog.values import Sensitive
from bunraku.ruby.errors import RubyError, RubyMissing
from bunraku.ruby.worker import Worker


@pytest.mark.parametrize(
    ("template", "variables", "text"),
    [
        ("plain", {}, "plain"),
        ("a <%= @port %> b", {"port": 80}, "a 80 b"),
        ("<% if true -%>\nx\n<% end -%>\n", {}, "x\n"),
        ("  <%- [1, 2].each do |n| -%>\n<%= n %>\n  <%- end -%>\n", {}, "1\n2\n"),
        ("<%# remark %>x", {}, "x"),
        ("100%% <%% %>", {}, "100%% <% %>"),
        ("<%= @missing.nil? %>", {}, "true"),
        ("<%= scope['a::b'] %>", {"a::b": "q"}, "q"),
        ("<%= scope['::a'] %>", {"::a": "q", "a": "local"}, "q"),
        ("<%= scope.lookupvar('x') %>", {"x": "é"}, "é"),
        ("<%= has_variable?('x') %> <%= has_variable?('y') %>", {"x": 1}, "true false"),
        (
            "<%= has_variable?('x') %> <%= scope.include?('x') %> <%= scope.exist?('x') %>",
            {"x": None},
            "false false true",
        ),
        ("<%= @list.map { |v| v * 2 }.join(',') %>", {"list": [1, 2.5]}, "2,5.0"),
        ('<%= @hash.map { |k, v| "#{k}=#{v}" }.join %>', {"hash": {"a": True, "b": None}}, "a=trueb="),
        ("<%= @hash[1] %>", {"hash": {1: "one", "x": 2}}, "one"),
        ("<%= @secret.unwrap %> <%= @secret %>", {"secret": Sensitive("s")}, "s Sensitive [value redacted]"),
        ("<%= classes.inspect %><%= all_tags.inspect %>", {}, '["settings", "web"]["web"]'),
        ("<%= scope.to_hash.keys.sort.inspect %>", {"b": 1, "a": 2}, '["a", "b"]'),
        ("<%= instance_variables.include?(:@x) %>", {"x": 1}, "true"),
        ("<% LIMIT = 3 unless self.class.const_defined?(:LIMIT) %><%= LIMIT %>", {}, "3"),
        ("<%= Gem::Version.new('1.10') > Gem::Version.new('1.9') %>", {}, "true"),
        ("<%= Gem::Dependency.new('a', '>= 1') %> <%= Gem.loaded_specs.class %>", {}, "a (>= 1) Hash"),
        ("<%= Gem.respond_to?(:ruby_version) %> <%= Gem.respond_to?(:nonsense) %>", {}, "true false"),
    ],
)
def test_a_template_gives_its_text(worker: Worker, template: str, variables: dict[str, Any], text: str) -> None:
    scope = Scope()
    scope.values = variables
    assert worker.render(template, None, scope) == text


def test_versions_are_compared_without_loading_gems(worker: Worker, scope: Scope) -> None:
    """Gems take longer to load than all else that the worker does at its start."""
    template = "<%= Gem::Version.new('2') < Gem::Version.new('10') %> <%= defined?(Gem::Specification).inspect %>"
    assert worker.render(template, None, scope) == "true nil"


def test_what_is_expected_is_there_when_it_is_needed(worker: Worker, scope: Scope) -> None:
    worker.expect(["templates", "functions"])
    assert worker.started
    assert worker.render("<%= defined?(::Functions) %>", None, scope) == "constant"
    assert worker.used == {"templates"}


def test_what_a_module_prints_does_not_end_up_in_the_text(worker: Worker, scope: Scope) -> None:
    assert worker.render("<% puts 'noise'; $stdout.puts '{}' %>x", None, scope) == "x"


def test_an_error_names_the_line_in_the_template(worker: Worker, scope: Scope) -> None:
    with pytest.raises(RubyError) as failure:
        worker.render("one\n<%= nil.upcase %>\n", "/etc/t.erb", scope)
    assert failure.value.message == "undefined method `upcase' for nil:NilClass"
    assert (failure.value.file, failure.value.line) == ("/etc/t.erb", 2)


def test_a_syntax_error_is_an_error_and_the_worker_goes_on(worker: Worker, scope: Scope) -> None:
    with pytest.raises(RubyError) as failure:
        worker.render("<%= if %>", "/etc/t.erb", scope)
    assert failure.value.ruby_class == "SyntaxError"
    assert worker.render("on", None, scope) == "on"


def test_a_template_calls_functions_that_render_templates(worker: Worker, scope: Scope) -> None:
    scope.functions["template"] = lambda name: worker.render(f"<{name} <%= @x %>>", name, scope)
    scope.functions["upcase"] = str.upper
    scope.values["x"] = 5
    text = "<%= scope.function_template(['inner']) %> <%= scope.call_function('upcase', ['a']) %>"
    assert worker.render(text, None, scope) == "<inner 5> A"


def test_templates_hand_each_other_objects_in_variables(worker: Worker, scope: Scope) -> None:
    scope.functions["template"] = lambda name: worker.render("<%= scope.lookupvar('bag')[:item] %>", name, scope)
    outer = "<% scope.setvar('bag', {}); %w[a b].each { |x| scope.lookupvar('bag')[:item] = x -%>"
    outer += "<%= scope.function_template(['inner']) %><% } %>"
    assert worker.render(outer, None, scope) == "ab"


def test_a_variable_that_is_undef_is_not_defined(worker: Worker) -> None:
    assert worker.render("<%= defined?(@x).inspect %> <%= @x.inspect %>", None, Scope(x=None)) == "nil nil"


def test_a_function_that_fails_fails_as_it_did(worker: Worker, scope: Scope) -> None:
    class Refused(Exception):
        pass

    def refuse() -> None:
        raise Refused("no")

    scope.functions["refuse"] = refuse
    with pytest.raises(Refused):
        worker.render("<%= scope.call_function('refuse', []) %>", None, scope)
    rescued = "<% begin; scope.call_function('refuse', []); rescue Puppet::Error => e %><%= e.message %><% end %>"
    assert worker.render(rescued, None, scope) == "no"


def test_logs_go_to_the_scope(worker: Worker, scope: Scope) -> None:
    worker.render("<% scope.warning('careful'); Puppet.debug('x') %>", None, scope)
    assert scope.logs == [("warning", "careful"), ("debug", "x")]


def test_a_task_without_end_is_ended_and_the_next_one_works(scope: Scope) -> None:
    worker = Worker({}, deadline=1)
    try:
        with pytest.raises(RubyError, match="was not done after 1 s"):
            worker.render("<% loop {} %>", "/etc/t.erb", scope)
        assert worker.render("on", None, scope) == "on"
    finally:
        worker.end()


def test_a_worker_that_dies_is_an_error(worker: Worker, scope: Scope) -> None:
    with pytest.raises(RubyError, match="exit code 3"):
        worker.render("<% exit!(3) %>", "/etc/t.erb", scope)
    assert worker.render("on", None, scope) == "on"


def test_without_ruby_the_message_says_who_needs_it(scope: Scope) -> None:
    worker = Worker({}, program="ruby-that-is-not-there")
    worker.expect(["templates"])  # is no error yet: it may never be needed
    with pytest.raises(RubyMissing, match="/m/t.erb needs Ruby, but 'ruby-that-is-not-there' was not found; install"):
        worker.render("x", "/m/t.erb", scope)


def test_a_long_value_travels_both_ways(worker: Worker, scope: Scope) -> None:
    scope.values["big"] = "é" * 3_000_000
    assert worker.render("<%= @big %>", None, scope) == scope.values["big"]
