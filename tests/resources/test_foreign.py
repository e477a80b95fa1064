"""Types that only Puppet can apply: a module's own type and provider in Ruby, handed over to the real Puppet."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

TYPE = """
Puppet::Type.newtype(:mark) do
  @doc = 'One word in a file of its own.'
  ensurable
  newparam(:path, namevar: true)
  newproperty(:word)
  def refresh
    provider.append('refreshed')
  end
end
"""
PROVIDER = """
Puppet::Type.type(:mark).provide(:ruby) do
  def exists?
    File.exist?(resource[:path])
  end

  def create
    self.word = resource[:word]
  end

  def destroy
    File.delete(resource[:path])
  end

  def word
    File.read(resource[:path]).lines.first.chomp
  end

  def word=(value)
    puts 'a provider may write to standard output'
    raise Puppet::Error, 'this word cannot be written' if value == 'bad'
    File.write(resource[:path], "#{value}\\n")
  end

  def append(text)
    File.write(resource[:path], "#{text}\\n", mode: 'a')
  end
end
"""


def puppet_is_here() -> bool:
    ruby = shutil.which("ruby")
    return bool(ruby) and subprocess.run([ruby, "-e", "require 'puppet'"], capture_output=True).returncode == 0


needs_puppet = pytest.mark.skipif(not puppet_is_here(), reason="Puppet's Ruby library is not here")


class World:
    """A module with a type of its own, and runs that use it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mark = folder / "mark"
        library = folder / "modules" / "marks" / "lib" / "puppet"
        (library / "type").mkdir(parents=True)
        (library / "provider" / "mark").mkdir(parents=True)
        (library / "type" / "mark.rb").write_text(TYPE)
        (library / "provider" / "mark" / "ruby.rb").write_text(PROVIDER)

    def apply(self, code: str, *flags: str, **environment: str) -> dict[str, Any]:
        """The report of applying `code`, in which $M is the path of the mark."""
        argv = [sys.executable, "-m", "bunraku.cli.main", "apply", "--format", "json", *flags]
        argv += ["--statedir", str(self.folder / "state"), "--modulepath", str(self.folder / "modules")]
        result = subprocess.run(
            [*argv, "-e", code.replace("$M", str(self.mark))],
            capture_output=True,
            text=True,
            timeout=300,
            env={**os.environ, **environment},
        )
        assert result.stdout, result.stderr
        report: dict[str, Any] = json.loads(result.stdout)
        return report


def events(report: dict[str, Any], title: str) -> list[tuple[Any, ...]]:
    (status,) = [s for s in report["resource_statuses"].values() if s["title"] == title]
    return [(e["property"], e["status"], e["previous_value"], e["desired_value"]) for e in status["events"]]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@needs_puppet
def test_a_module_s_own_type_is_applied_and_found_in_sync(world: World) -> None:
    code = "mark { '$M': ensure => present, word => 'one' }"
    report = world.apply(code, "--noop")
    assert events(report, str(world.mark)) == [("ensure", "noop", "absent", "present")]
    assert not world.mark.exists()
    assert events(world.apply(code), str(world.mark)) == [("ensure", "success", "absent", "present")]
    assert world.mark.read_text() == "one\n"
    report = world.apply(code)
    assert (events(report, str(world.mark)), report["status"]) == ([], "unchanged")
    report = world.apply(code.replace("one", "two"))
    assert events(report, str(world.mark)) == [("word", "success", "one", "two")]
    assert world.mark.read_text() == "two\n"


@needs_puppet
def test_it_is_notified_notifies_and_fails_as_any_other(world: World) -> None:
    world.mark.write_text("one\n")
    code = "notify { 'before': } ~> mark { '$M': word => 'one' } ~> exec { '/bin/true': refreshonly => true }"
    report = world.apply(code)
    assert events(report, str(world.mark)) == [(None, "success", None, None)]
    assert world.mark.read_text() == "one\nrefreshed\n"
    assert events(report, "/bin/true") == [(None, "success", None, None)]

    report = world.apply("mark { '$M': word => 'bad' } -> notify { 'after': }")
    ((name, status, *_),) = events(report, str(world.mark))
    assert (name, status) == ("word", "failure")
    assert any("this word cannot be written" in log["message"] for log in report["logs"])
    assert report["resource_statuses"]["Notify[after]"]["skipped"]


@needs_puppet
def test_a_secret_is_in_no_report(world: World) -> None:
    report = world.apply("mark { '$M': ensure => present, word => Sensitive('hush') }")
    assert world.mark.read_text() == "hush\n"
    world.mark.write_text("quiet\n")
    report = world.apply("mark { '$M': ensure => present, word => Sensitive('hush') }")
    assert [event[:2] for event in events(report, str(world.mark))] == [("word", "success")]
    assert "hush" not in json.dumps(report)
    assert "quiet" not in json.dumps(report)


@needs_puppet
def test_a_bad_parameter_is_an_error_of_its_resource(world: World) -> None:
    report = world.apply("mark { '$M': ensure => 'perhaps' } notify { 'after': }")
    assert [event[1] for event in events(report, str(world.mark))] == ["failure"]
    assert any("Invalid value" in log["message"] for log in report["logs"])
    assert events(report, "after")


@needs_puppet
def test_a_type_that_puppet_does_not_have_either_is_an_error(world: World) -> None:
    report = world.apply("k5login { '/nowhere/.k5login': principals => ['a'] }")
    (event,) = events(report, "/nowhere/.k5login")
    assert event[1] == "failure"
    assert any("does not have the type 'k5login' either" in log["message"] for log in report["logs"])


def test_without_puppet_the_error_names_the_type_and_its_module(world: World, tmp_path: Path) -> None:
    """A Ruby that has no Puppet: it answers as one that was asked to require it."""
    code = "mark { '$M': ensure => present }"
    compiled = tmp_path / "catalog.json"
    resource = {"type": "Mark", "title": "m", "tags": [], "exported": False, "kind": "compilable_type"}
    compiled.write_text(json.dumps({"name": "h", "version": 1, "environment": "production", "resources": [resource]}))
    (tmp_path / "bin").mkdir()
    fake = tmp_path / "bin" / "ruby"
    fake.write_text('#!/bin/sh\nread line\necho \'{"error": "cannot load such file -- puppet"}\'\n')
    fake.chmod(0o755)
    argv = [sys.executable, "-m", "bunraku.cli.main", "apply", "--catalog", str(compiled)]
    argv += ["--statedir", str(tmp_path / "state"), "--modulepath", str(tmp_path / "modules")]
    environment = {**os.environ, "PATH": f"{fake.parent}:/usr/bin:/bin"}
    result = subprocess.run(argv, capture_output=True, text=True, timeout=120, env=environment)
    assert result.returncode == 1, code
    assert "the type 'mark' of the module 'marks' is written in Ruby, and there is no Puppet here" in result.stdout
    assert "cannot load such file -- puppet; install puppet-agent" in result.stdout
