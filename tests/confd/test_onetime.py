"""`--onetime` from keys to files: what confd does, and each thing that it does better."""

import io
import json
import os
import stat
from pathlib import Path

import pytest
from confd_world import Confdir, until

from bunraku.confd.onetime import run_once
from bunraku.confd.pipeline import Change, unified_diff
from bunraku.system.log import Log


class Run:
    """One run: whether all is well, what was told, and what noop showed."""

    def __init__(self, confdir: Confdir, **settings: object) -> None:
        told = io.StringIO()
        self.shown: list[Change] = []
        self.ok = run_once(confdir.settings(**settings), Log("debug", "text", told), self.shown.append)
        self.log = told.getvalue()


def test_a_file_is_rendered_and_the_second_run_finds_it_in_sync(confdir: Confdir) -> None:
    confdir.data("app:\n  host: h1\n  port: 80\n")
    dest = confdir.resource("a", 'server {{getv "/app/host"}}:{{getv "/app/port"}}\n')
    assert Run(confdir).ok
    assert dest.read_text() == "server h1:80\n"
    first = dest.stat()
    assert "replaced" not in Run(confdir).log
    assert dest.stat().st_ino == first.st_ino


def test_prefix_and_keys(confdir: Confdir) -> None:
    confdir.data("prod: {app: {host: p}, other: {x: 1}}\ndev: {app: {host: d}}")
    dest = confdir.resource("a", '{{getv "/app/host"}} {{ls "/"}}', prefix="/prod")
    assert Run(confdir).ok
    assert dest.read_text() == "p [app]"
    assert Run(confdir, prefix="/dev").ok, "the global prefix takes the place of the resource's own"
    assert dest.read_text() == "d [app]"


def test_mode_of_new_and_existing_files(confdir: Confdir) -> None:
    confdir.data("app: {v: 1}")
    dest = confdir.resource("a", '{{getv "/app/v"}}')
    old = os.umask(0o077)
    try:
        assert Run(confdir).ok
    finally:
        os.umask(old)
    assert stat.S_IMODE(dest.stat().st_mode) == 0o644
    dest.chmod(0o600)
    confdir.data("app: {v: 2}")
    assert Run(confdir).ok
    assert (dest.read_text(), stat.S_IMODE(dest.stat().st_mode)) == ("2", 0o600)
    confdir.resource("a", '{{getv "/app/v"}}', mode="0640")
    assert Run(confdir).ok
    assert stat.S_IMODE(dest.stat().st_mode) == 0o640


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_owner_and_group_by_name(confdir: Confdir) -> None:
    confdir.data("app: {v: 1}")
    dest = confdir.resource("a", '{{getv "/app/v"}}', owner="daemon", group="daemon")
    assert Run(confdir).ok
    assert dest.owner() == "daemon" and dest.group() == "daemon"


def test_an_owner_that_nobody_knows_is_an_error(confdir: Confdir) -> None:
    confdir.data("app: {v: 1}")
    confdir.resource("a", "x", owner="nobody-knows")
    run = Run(confdir)
    assert not run.ok and "owner 'nobody-knows' is not known on this host" in run.log


def test_check_cmd_that_fails_keeps_the_old_file(confdir: Confdir) -> None:
    confdir.data("app: {v: good}")
    dest = confdir.resource("a", '{{getv "/app/v"}}', check_cmd="echo looked at {{.dest}}; grep -q good {{.src}}")
    assert Run(confdir).ok
    confdir.data("app: {v: bad}")
    run = Run(confdir)
    assert not run.ok and dest.read_text() == "good"
    assert f"looked at {dest}" in run.log
    assert os.listdir(confdir.out) == ["a"], "the staged file is gone"


def test_one_reload_for_many_files(confdir: Confdir) -> None:
    confdir.data("app: {v: 1}")
    counted = confdir.root / "reloads"
    for number in range(5):
        confdir.resource(f"r{number}", '{{getv "/app/v"}}', reload_cmd=f"echo x >> {counted}")
    confdir.resource("own", '{{getv "/app/v"}}', reload_cmd=f"echo {{{{.dest}}}} >> {counted}")
    assert Run(confdir).ok
    assert sorted(counted.read_text().split()) == sorted(["x", str(confdir.out / "own")])


def test_a_reload_that_failed_is_run_again_until_it_succeeds(confdir: Confdir) -> None:
    confdir.data("app: {v: 1}")
    works = confdir.root / "works"
    dest = confdir.resource("a", '{{getv "/app/v"}}', reload_cmd=f"test -e {works}")
    assert not Run(confdir).ok
    assert dest.read_text() == "1"
    assert not Run(confdir).ok, "in sync, and still owed"
    works.touch()
    assert "reloaded" in Run(confdir).log
    assert "reloaded" not in Run(confdir).log


def test_a_key_runs_no_command(confdir: Confdir) -> None:
    trap = confdir.root / "trap"
    confdir.data(json.dumps({"app": {"good": "1", f"$(touch {trap.name})": "2", "a;b": "3", "c d": "4"}}))
    dest = f"{confdir.out}/{{{{base .Key}}}}"
    told = confdir.root / "told"
    confdir.resource(
        "a", "{{.Value}}", dest=dest, for_each="/app/*", reload_cmd=f"cd {confdir.root}; echo {{{{.dest}}}} >> {told}"
    )
    run = Run(confdir)
    assert not run.ok and "is not one word to the shell" in run.log
    assert os.listdir(confdir.out) == ["good"] and told.read_text() == f"{confdir.out}/good\n" and not trap.exists()
    confdir.resource("a", "{{.Value}}", dest=dest, for_each="/app/*", reload_cmd="true")
    assert Run(confdir).ok and len(os.listdir(confdir.out)) == 4, "a command that is not told of them does no harm"


def test_a_failed_reload_is_owed_by_the_command_that_stands_there_now(confdir: Confdir) -> None:
    confdir.data("app: {v: 1}")
    done = confdir.root / "done"
    confdir.resource("a", '{{getv "/app/v"}}', reload_cmd="false")
    assert not Run(confdir).ok
    (confdir.root / "conf.d/a.toml").rename(confdir.root / "kept")
    (confdir.root / "conf.d/a.toml").write_text("[template\n")
    assert "reload_cmd failed" in Run(confdir).log, "nobody knows what a broken file wants"
    (confdir.root / "conf.d/a.toml").unlink()
    (confdir.root / "kept").rename(confdir.root / "conf.d/a.toml")
    confdir.resource("a", '{{getv "/app/v"}}', reload_cmd=f"touch {done}")
    assert Run(confdir).ok and done.exists()
    confdir.resource("a", '{{getv "/app/v"}}!', reload_cmd="false")
    assert not Run(confdir).ok
    confdir.resource("a", '{{getv "/app/v"}}!')
    assert Run(confdir).ok


def test_rollback_puts_the_old_file_back(confdir: Confdir) -> None:
    confdir.data("app: {v: 1}")
    dest = confdir.resource("a", '{{getv "/app/v"}}', reload_cmd=f"grep -q 1 {confdir.out}/a", rollback=True)
    assert Run(confdir).ok
    confdir.data("app: {v: 2}")
    assert not Run(confdir).ok
    assert dest.read_text() == "1"


def test_sync_only_runs_no_commands(confdir: Confdir) -> None:
    confdir.data("app: {v: 1}")
    dest = confdir.resource("a", '{{getv "/app/v"}}', check_cmd="false", reload_cmd="false")
    assert Run(confdir, sync_only=True).ok
    assert dest.read_text() == "1"


def test_noop_shows_a_diff_and_changes_nothing(confdir: Confdir) -> None:
    confdir.data("app: {v: new}")
    dest = confdir.resource("a", 'same\n{{getv "/app/v"}}\n', mode="0640", reload_cmd="false")
    dest.write_text("same\nold\n")
    dest.chmod(0o644)
    run = Run(confdir, noop=True)
    assert run.ok and dest.read_text() == "same\nold\n"
    diff = unified_diff(run.shown[0])
    assert "-old\n+new" in diff and "mode 0644 → 0640" in diff
    confdir.resource("a", '{{getv "/app/v"}}', mode="0600")
    assert "new" not in unified_diff(Run(confdir, noop=True).shown[0])


def test_keep_stage_file(confdir: Confdir) -> None:
    confdir.data("app: {v: 1}")
    confdir.resource("a", '{{getv "/app/v"}}')
    assert Run(confdir, keep_stage_file=True).ok
    staged = [name for name in os.listdir(confdir.out) if name.startswith(".a")]
    assert len(staged) == 1 and (confdir.out / staged[0]).read_text() == "1"


def test_a_missing_key_is_told_with_resource_and_key(confdir: Confdir) -> None:
    confdir.data("app: {v: 1}")
    confdir.resource("a", '\n{{getv "/app/nope"}}')
    run = Run(confdir)
    assert not run.ok
    assert 'a: template: a.tmpl:2:2: executing "a.tmpl" at <getv "/app/nope">' in run.log
    assert "key does not exist: /app/nope" in run.log


def test_a_missing_folder_and_a_missing_template_are_told(confdir: Confdir) -> None:
    confdir.data("app: {v: 1}")
    confdir.resource("a", "x", dest=str(confdir.root / "nowhere/a"))
    confdir.resource("b", "x", src="gone.tmpl")
    run = Run(confdir)
    assert not run.ok
    assert f"a: {confdir.root}/nowhere/a cannot be written: the folder {confdir.root}/nowhere is missing" in run.log
    assert f"b: the template {confdir.root}/templates/gone.tmpl is missing" in run.log


def test_one_bad_toml_does_not_stop_the_good_ones(confdir: Confdir) -> None:
    confdir.data("app: {v: 1}")
    dest = confdir.resource("good", '{{getv "/app/v"}}')
    (confdir.root / "conf.d/bad.toml").write_text("[template\n")
    run = Run(confdir)
    assert not run.ok and dest.read_text() == "1"
    assert "bad.toml: is not TOML" in run.log


def test_unknown_keys_are_warned_of_by_name(confdir: Confdir) -> None:
    confdir.data("app: {v: 1}")
    confdir.resource("a", "x", relaod_cmd="true")
    assert "unknown key 'relaod_cmd', did you mean 'reload_cmd'?" in Run(confdir).log


def test_a_symlink_is_written_through_or_replaced(confdir: Confdir) -> None:
    confdir.data("app: {v: 1}")
    target = confdir.root / "target"
    target.write_text("old")
    dest = confdir.resource("a", '{{getv "/app/v"}}')
    dest.symlink_to(target)
    assert Run(confdir).ok
    assert dest.is_symlink() and target.read_text() == "1"
    assert Run(confdir, symlinks="replace").ok
    assert not dest.is_symlink() and dest.read_text() == "1"


def test_output_format(confdir: Confdir) -> None:
    confdir.data("app: {v: '}'}")
    for form in ("json", "toml", "xml"):
        confdir.resource(form, '{{getv "/app/v"}}', output_format=form)
    confdir.resource("yaml", "a: [", output_format="yaml")
    run = Run(confdir)
    assert not run.ok and os.listdir(confdir.out) == []
    assert all(f"is no valid {form}" in run.log for form in ("json", "yaml", "toml", "xml"))


def test_a_command_that_hangs_is_ended_with_its_children(confdir: Confdir) -> None:
    confdir.data("app: {v: 1}")
    pid = confdir.root / "pid"
    confdir.resource("a", "x", check_cmd=f"sleep 60 & echo $! > {pid}; wait", check_cmd_timeout="200ms")
    run = Run(confdir)
    assert not run.ok and "check_cmd was ended: not done after 0.2 s" in run.log
    until(lambda: not is_running(int(pid.read_text())))


def is_running(pid: int) -> bool:
    """Whether the process runs; one that has ended and waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_many_files_from_one_template(confdir: Confdir) -> None:
    confdir.data("app: {sites: {a.org: one, b.org: two}}")
    confdir.resource(
        "sites", "{{base .Key}}: {{.Value}}", dest=f"{confdir.out}/{{{{base .Key}}}}.conf", for_each="/app/sites/*"
    )
    assert Run(confdir).ok
    assert {path.name: path.read_text() for path in confdir.out.iterdir()} == {
        "a.org.conf": "a.org: one",
        "b.org.conf": "b.org: two",
    }


def test_a_file_whose_key_is_gone_is_removed_by_a_later_run_unless_it_was_changed(confdir: Confdir) -> None:
    confdir.data("app: {sites: {a: 1, b: 2, c: 3, d: 4}}")
    confdir.resource("sites", "{{.Value}}", dest=f"{confdir.out}/{{{{base .Key}}}}", for_each="/app/sites/*")
    assert Run(confdir).ok
    (confdir.out / "c").write_text("changed by hand")
    (confdir.out / "other").write_text("of somebody else")
    confdir.data("app: {sites: {a: 1}}")
    assert Run(confdir, noop=True).ok and len(list(confdir.out.iterdir())) == 5
    run = Run(confdir)
    assert run.ok and sorted(path.name for path in confdir.out.iterdir()) == ["a", "c", "other"]
    assert f"removed resource=sites dest={confdir.out}/b" in run.log
    assert "removed" not in Run(confdir).log


def test_a_key_cannot_lead_out_of_the_folder(confdir: Confdir) -> None:
    confdir.data("app: {name: ../../escaped}")
    confdir.resource("a", "x", dest=f'{confdir.out}/{{{{getv "/app/name"}}}}')
    run = Run(confdir)
    assert not run.ok and "would be outside of" in run.log


def test_a_conditional_destination(confdir: Confdir) -> None:
    confdir.data("app: {v: 1}")
    dest = confdir.resource("a", "x", when='{{exists "/app/enabled"}}')
    assert Run(confdir).ok and not dest.exists()
    confdir.data("app: {enabled: 'yes'}")
    assert Run(confdir).ok and dest.exists()
    confdir.data("app: {v: 1}")
    assert Run(confdir).ok and not dest.exists()


def test_include(confdir: Confdir) -> None:
    confdir.data("app: {v: 1}")
    (confdir.root / "templates/part.tmpl").write_text('part {{getv "/app/v"}} {{.}}')
    dest = confdir.resource("a", '[{{include "part.tmpl" "x"}}]')
    confdir.resource("loop", '{{include "loop.tmpl"}}')
    confdir.resource("out", '{{include "../data.yaml"}}')
    run = Run(confdir)
    assert dest.read_text() == "[part 1 x]"
    assert "loop.tmpl includes itself" in run.log and "../data.yaml is outside of" in run.log


def test_a_backend_of_its_own(confdir: Confdir, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APP_V", "from the environment")
    confdir.data("app: {v: from the file}")
    one = confdir.resource("one", '{{getv "/app/v"}}')
    other = confdir.resource("other", '{{getv "/app/v"}}', backend={"backend": "env"})
    assert Run(confdir).ok
    assert (one.read_text(), other.read_text()) == ("from the file", "from the environment")


def test_values_with_everything_in_them(confdir: Confdir) -> None:
    nasty = "a'b\"c`$(touch /tmp/x)\\ \\n\x01 ü\n\nend"
    import json

    (confdir.root / "data.json").write_text(json.dumps({"app": {"v": nasty, "big": "x" * 1_000_000}}))
    dest = confdir.resource("a", '{{getv "/app/v"}}|{{getv "/app/big"}}', check_cmd="test -s {{.src}}")
    assert Run(confdir, file=(str(confdir.root / "data.json"),)).ok
    assert dest.read_text() == nasty + "|" + "x" * 1_000_000


def test_two_resources_with_one_destination(confdir: Confdir) -> None:
    confdir.data("app: {v: 1}")
    dest = confdir.resource("a", "a")
    confdir.resource("b", "b", dest=str(dest))
    run = Run(confdir)
    assert not run.ok and dest.read_text() == "a"
    assert f"{dest} is the dest of {confdir.root}/conf.d/a.toml already" in run.log
