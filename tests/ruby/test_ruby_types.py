"""The surface of resource types written in Ruby."""

from pathlib import Path
from textwrap import dedent

import pytest

from bunraku.ruby import types
from bunraku.ruby.errors import RubyError
from bunraku.ruby.worker import Worker
from bunraku.system.cache import Cache


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


def write(tmp_path: Path, text: str, name: str = "thing") -> str:
    path = tmp_path / "web" / "lib" / "puppet" / "type" / f"{name}.rb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dedent(text))
    return str(path)


THING = """
    require 'puppet/parameter/boolean'
    require 'puppet_x/anything' if false
    Puppet::Type.newtype(:thing) do
      @doc = 'A thing.'
      ensurable do
        defaultvalues
        newvalue(:latest) { provider.update }
      end
      feature :flying, 'It flies.', methods: [:fly]
      newparam(:path, namevar: true) do
        desc 'Where it is.'
        validate { |value| raise ArgumentError unless Puppet::Util.absolute_path?(value) }
        munge { |value| value.chomp('/') }
      end
      newparam(:force, boolean: true, parent: Puppet::Parameter::Boolean) { defaultto false }
      newproperty(:mode, parent: Puppet::Type.type(:file).attrclass(:mode)) { newvalues(/\\d+/) }
      newproperty(:members, array_matching: :all, parent: Puppet::Property::List)
      autorequire(:file) { [self[:path]] }
      validate { raise Puppet::Error, 'no' }
      def refresh; end
    end
    """


def test_parameters_properties_and_namevar(worker: Worker, tmp_path: Path) -> None:
    thing = types.read("thing", write(tmp_path, THING), worker, [])
    assert {p.name: p.is_property for p in thing.parameters.values()} == {
        "ensure": True,
        "path": False,
        "force": False,
        "mode": True,
        "members": True,
    }
    assert (thing.namevars, thing.isomorphic, thing.doc) == (("path",), True, "A thing.")
    assert thing.parameters["path"].doc == "Where it is."


def test_a_second_reading_needs_no_ruby_until_the_file_changes(worker: Worker, tmp_path: Path, cache: Cache) -> None:
    path = write(tmp_path, THING)
    types.read("thing", path, worker, [], cache)
    other = Worker({}, program="ruby-that-is-not-there")
    assert "path" in types.read("thing", path, other, [], cache).parameters
    write(tmp_path, THING.replace("newparam(:force", "newparam(:strength"))
    assert "strength" in types.read("thing", path, worker, [], cache).parameters


def test_what_a_type_requires_counts_as_its_file(worker: Worker, tmp_path: Path, cache: Cache) -> None:
    mixin = tmp_path / "web" / "lib" / "puppet_x" / "mixin.rb"
    mixin.parent.mkdir(parents=True)
    mixin.write_text("module Mixin; NAMES = %i[one]; end\n")
    text = """
        require 'puppet_x/mixin'
        Puppet::Type.newtype(:thing) { Mixin::NAMES.each { |name| newproperty(name) } }
        """
    path = write(tmp_path, text)
    assert list(types.read("thing", path, worker, [], cache).parameters) == ["one"]
    mixin.write_text("module Mixin; NAMES = %i[two]; end\n")
    fresh = Worker({"web": str(tmp_path / "web")})
    try:
        assert list(types.read("thing", path, fresh, [], cache).parameters) == ["two"]
    finally:
        fresh.end()


def test_an_entry_of_another_form_is_read_anew(worker: Worker, tmp_path: Path, cache: Cache) -> None:
    path = write(tmp_path, THING)
    cache.put(types._key(path), b'{"reads": 5}')
    assert "path" in types.read("thing", path, worker, [], cache).parameters


def test_a_provider_gives_the_provider_parameter(worker: Worker, tmp_path: Path) -> None:
    path = write(tmp_path, THING)
    provider = tmp_path / "web" / "lib" / "puppet" / "provider" / "thing" / "posix.rb"
    provider.parent.mkdir(parents=True)
    provider.write_text("Puppet::Type.type(:thing).provide(:posix) { }\n")
    assert "provider" in types.read("thing", path, worker, [str(tmp_path / "web")]).parameters


def test_title_patterns(worker: Worker, tmp_path: Path) -> None:
    text = r"""
        Puppet::Type.newtype(:thing) do
          newparam(:name, namevar: true)
          newparam(:owner) { isnamevar }
          def self.title_patterns
            [[/^(.*)@(.*)$/m, [[:owner], [:name, ->(x) { x }]]], [/^(.*)$/, [[:name]]]]
          end
          @isomorphic = false
        end
        """
    thing = types.read("thing", write(tmp_path, text), worker, [])
    assert thing.namevars == ("name", "owner")
    assert thing.title_patterns[0][1] == ("owner", "name")
    assert thing.title_patterns[1] == ("^(.*)$", ("name",))
    assert not thing.isomorphic


def test_create_destroy_and_exists_make_a_type_ensurable(worker: Worker, tmp_path: Path) -> None:
    text = "Puppet::Type.newtype(:thing) { def create; end; def destroy; end; def exists?; end }"
    assert "ensure" in types.read("thing", write(tmp_path, text), worker, []).parameters


def test_types_declared_as_data(worker: Worker, tmp_path: Path) -> None:
    text = """
        require 'puppet/resource_api'
        Puppet::ResourceApi.register_type(
          name: 'thing', docs: 'D', title_patterns: [{ pattern: %r{^(?<name>.*)-(?<port>\\d+)$}, desc: 'both' }],
          attributes: {
            ensure: { type: 'Enum[present, absent]', desc: 'x' },
            name: { type: 'String', behaviour: :namevar }, port: { type: 'Integer', behaviour: :namevar },
            force: { type: 'Boolean', behaviour: :parameter }, size: { type: 'Integer' },
          }
        )
        """
    thing = types.read("thing", write(tmp_path, text), worker, [])
    assert [p.name for p in thing.parameters.values() if p.is_property] == ["ensure", "size"]
    assert thing.namevars == ("name", "port")
    assert thing.title_patterns == (("^(?<name>.*)-(?<port>\\d+)$", ("name", "port")),)


def test_a_file_without_the_type_or_with_an_error_is_an_error(worker: Worker, tmp_path: Path) -> None:
    with pytest.raises(RubyError, match="declares no type 'thing'"):
        types.read("thing", write(tmp_path, "1\n"), worker, [])
    with pytest.raises(RubyError) as failure:
        types.read("thing", write(tmp_path, "\nraise 'broken'\n"), worker, [])
    assert (failure.value.message, failure.value.line) == ("broken", 2)


def test_the_first_module_with_the_file_has_the_type(tmp_path: Path) -> None:
    path = write(tmp_path, THING)
    assert types.find("thing", [str(tmp_path / "none"), str(tmp_path / "web")]) == path
    assert types.find("nothing", [str(tmp_path / "web")]) is None
