"""The flags that people bring along from Puppet's own commands."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def bunraku(tmp_path: Path) -> Run:
    def run(*words: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "bunraku.cli.main", *map(str, words)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=tmp_path)
        assert done.returncode == code, done.stderr
        return done

    return run


@pytest.fixture
def apply(bunraku: Run, tmp_path: Path) -> Run:
    def run(*words: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
        return bunraku("apply", "--vardir", tmp_path / "var", *words, code=code)

    return run


def test_test_is_verbose_with_detailed_exit_codes(apply: Run, tmp_path: Path) -> None:
    manifest = f"file {{ '{tmp_path}/a': content => 'x' }}"
    apply("--test", "-e", manifest, code=2)
    assert "in sync" in apply("-t", "-e", manifest).stdout.splitlines()[3]
    assert (tmp_path / "var" / "state" / "reports").is_dir()


def test_flags_can_be_taken_back(apply: Run, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old\n")
    manifest = f"file {{ '{tmp_path}/a': content => \"new\\n\" }}"
    assert "+new" in apply("--noop", "-e", manifest).stdout
    shown = apply("--noop", "--no-noop", "--no-show_diff", "-e", manifest).stdout
    assert (tmp_path / "a").read_text() == "new\n"
    assert "content" in shown and "+new" not in shown


def test_colour_is_chosen(apply: Run) -> None:
    assert "\x1b[" in apply("--color=ansi", "-e", "notify { 'hi': }").stdout
    assert "\x1b[" not in apply("--color=false", "-e", "notify { 'hi': }").stdout


def test_logs_go_where_they_are_sent(apply: Run, tmp_path: Path) -> None:
    words, objects = tmp_path / "run.log", tmp_path / "run.jsonl"
    manifest = "warning('w') notify { 'hi': } exec { '/bin/false': } notify { 's': message => Sensitive('hunter2') }"
    done = apply("--logdest", words, "-l", f"{objects},syslog", "-e", manifest, code=1)
    assert done.stdout == ""
    lines = words.read_text().splitlines()
    when = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0000 "
    assert re.fullmatch(when + r"Scope\(Class\[main\]\) \(warning\): w", lines[0])
    failed = when + r"/Stage\[main\]/Main/Exec\[/bin/false\]/returns \(err\): .*"
    assert any(re.fullmatch(failed, line) for line in lines)
    told = [json.loads(line) for line in objects.read_text().splitlines()]
    assert len(told) == len(lines) and told[0]["level"] == "warning"
    assert "hunter2" not in words.read_text() + objects.read_text()
    apply("-l", words, "-e", "notify {", code=1)
    assert "(err): Could not parse" in words.read_text()
    assert words.stat().st_mode & 0o7 == 0
    assert "» notify" in apply("-l", words, "-l", "console", "-e", "notify { 'hi': }").stdout


def test_a_place_where_nothing_can_be_logged(apply: Run, tmp_path: Path) -> None:
    done = apply("--logdest", tmp_path / "no" / "run.log", "-e", f"file {{ '{tmp_path}/a': ensure => file }}", code=1)
    assert done.stderr == f"Error: cannot log to {tmp_path}/no/run.log: No such file or directory\n"
    assert not (tmp_path / "a").exists()


def test_a_run_that_cannot_begin_is_logged(bunraku: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    words, code = tmp_path / "run.log", "notify { 'hi': }"
    bunraku("apply", "--statedir", tmp_path / "file" / "state", "--logdest", words, "-e", code, code=1)
    assert "Puppet (err): the state folder" in words.read_text()


def test_a_full_disk_for_the_log_is_told_of(apply: Run) -> None:
    done = apply("--logdest", "/dev/full", "-e", "notify { 'hi': }")
    assert "Warning: cannot log to /dev/full: No space left on device" in done.stderr


def test_a_summary_of_the_catalog(apply: Run, tmp_path: Path) -> None:
    apply("--write-catalog-summary", "-e", "class web { notify { 'Hi': } } include web")
    assert (tmp_path / "var/state/classes.txt").read_text() == "settings\nweb\n"
    assert (tmp_path / "var/state/resources.txt").read_text() == "notify[hi]\n"


def test_puppet_s_folders(bunraku: Run, tmp_path: Path) -> None:
    manifests = tmp_path / "code/environments/production/modules/web/manifests"
    manifests.mkdir(parents=True)
    (manifests / "init.pp").write_text("class web { notify { lookup('greeting'): } }")
    (tmp_path / "etc/data").mkdir(parents=True)
    (tmp_path / "etc/hiera.yaml").write_text("version: 5\n")
    (tmp_path / "etc/data/common.yaml").write_text("greeting: good day\n")
    (tmp_path / "site.pp").write_text("include web")
    words = ["compile", "site.pp", "--codedir", tmp_path / "code"]
    assert '"good day"' in bunraku(*words, "--confdir", tmp_path / "etc").stdout
    assert '"good day"' in bunraku(*words, "--hiera_config", tmp_path / "etc/hiera.yaml").stdout


def test_lookup_takes_facts_over_the_host_s_own(bunraku: Run, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "hiera.yaml").write_text(
        "version: 5\nhierarchy:\n  - {name: own, path: '%{facts.kernel}-%{facts.role}.yaml'}\n"
    )
    (tmp_path / "data/Linux-web.yaml").write_text("port: 80\n")
    (tmp_path / "facts.yaml").write_text("role: web\n")
    words = ["lookup", "port", "--hiera_config", "hiera.yaml", "--node", "n", "--facts", "facts.yaml"]
    assert bunraku(*words, "--render-as", "json").stdout == "80\n"
    (tmp_path / "facts.yaml").write_text("role: [web\n")
    assert "Error: the facts in facts.yaml are not YAML: " in bunraku(*words, code=1).stderr


def test_lookup_after_the_manifest(bunraku: Run, tmp_path: Path) -> None:
    folder = tmp_path / "code/environments/production"
    (folder / "manifests").mkdir(parents=True)
    (folder / "data").mkdir()
    (folder / "manifests/site.pp").write_text("$tier = 'gold'")
    (folder / "hiera.yaml").write_text("version: 5\nhierarchy:\n  - {name: tier, path: '%{tier}.yaml'}\n")
    (folder / "data/gold.yaml").write_text("limit: 9\n")
    words = ["lookup", "limit", "--codedir", tmp_path / "code"]
    assert bunraku(*words, "--compile", "--render-as", "s").stdout == "9\n"
    bunraku(*words, code=1)


def test_facts_in_other_forms(bunraku: Run, tmp_path: Path) -> None:
    (tmp_path / "facts.d").mkdir()
    (tmp_path / "facts.d/site.txt").write_text("site=here\n")
    assert bunraku("facts", "--external-dir", "facts.d", "-y", "site", "kernel").stdout == "kernel: Linux\nsite: here\n"
    assert json.loads(bunraku("facts", "-j", "kernel").stdout) == {"kernel": "Linux"}
    bunraku("facts", "--external-dir", "facts.d", "--no-external-facts", "site", code=1)


def test_what_describe_tells(bunraku: Run) -> None:
    assert bunraku("describe", "--list").stdout == bunraku("describe").stdout
    short = bunraku("describe", "-s", "-m", "notify").stdout
    assert "  name (namevar), message, withpath\n" in short and "alias, audit, before" in short
    assert "  subscribe\n      Resources that come before this one, and refresh it" in bunraku("describe", "-m").stdout


def test_resources_as_data(bunraku: Run) -> None:
    assert bunraku("resource", "user", "root", "--to_yaml", "--param", "managehome").stdout.startswith(
        "---\nuser:\n  root:\n    ensure: present\n"
    )
    assert "file\n" in bunraku("resource", "--types").stdout
    assert "has no attribute 'colour'" in bunraku("resource", "user", "root", "--param", "colour", code=1).stderr


def test_the_bucket_of_some_days(bunraku: Run, tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    bunraku("filebucket", "--bucket", "bucket", "backup", "a")
    listed = bunraku("filebucket", "--bucket", "bucket", "list", "--fromdate", "2020-01-01").stdout
    assert listed.endswith(f"{tmp_path}/a\n")
    assert bunraku("filebucket", "--bucket", "bucket", "list", "--todate", "2020-01-01 10:00").stdout == ""
    assert "'soon' is not a date" in bunraku("filebucket", "list", "--todate", "soon", code=2).stderr
