"""`confd check` and `confd render`: what is wrong is told before anything is changed."""

import subprocess
import sys

from confd_world import Confdir, confd


def test_check_finds_what_is_wrong(confdir: Confdir) -> None:
    confdir.resource("good", '{{getv "/app/v"}}')
    confdir.resource("syntax", "{{if}}")
    confdir.resource("command", "x", check_cmd="{{.src")
    confdir.resource("folder", "x", dest="/no/such/folder/file")
    confdir.resource("missing", "x", src="gone.tmpl")
    asked = confd(confdir, "check")
    assert asked.returncode == 1
    assert "syntax.toml: template: syntax.tmpl:1:4: missing value for if" in asked.stderr
    assert "command.toml: template: check_cmd:1" in asked.stderr
    assert "folder.toml: dest: the folder /no/such/folder is missing" in asked.stderr
    assert "missing.toml: the template" in asked.stderr
    assert "good" not in asked.stderr


def test_check_with_data_renders(confdir: Confdir) -> None:
    confdir.resource("good", '{"v": {{getv "/v"}}}', prefix="/app", keys=["/"], output_format="json")
    assert confd(confdir, "check", "--data", str(confdir.data("app: {v: 1}"))).returncode == 0
    asked = confd(confdir, "check", "--data", str(confdir.data("app: {v: '}'}")))
    assert asked.returncode == 1 and "is no valid json" in asked.stderr
    assert "key does not exist: /v" in confd(confdir, "check", "--data", str(confdir.data("other: 1"))).stderr
    assert not list(confdir.out.iterdir())


def test_render(confdir: Confdir) -> None:
    confdir.resource("a", '{{getv "/app/v"}} {{.app.v}} {{range gets "/app/l/*"}}{{.Value}}{{end}}')
    data = str(confdir.data("app: {v: 1.50, l: [x, true, null, 3]}"))
    assert confd(confdir, "render", "a.tmpl", "--data", data).stdout == "1.5 1.5 xtrue3"
    assert confd(confdir, "render", str(confdir.root / "templates/a.tmpl"), "--data", data).returncode == 0
    asked = confd(confdir, "render", "nope.tmpl")
    assert asked.returncode == 1 and "nope.tmpl is missing" in asked.stderr


def test_settings_that_cannot_be(confdir: Confdir) -> None:
    (confdir.root / "confd.toml").write_text('interval = "often"\n')
    assert (
        "confd.toml: interval must be a time such as 500ms, 2s or 1m30s, not 'often'" in confd(confdir, "check").stderr
    )
    (confdir.root / "confd.toml").write_text('backend = "etdc"\nnods = ["x"]\n')
    asked = confd(confdir, "check")
    assert "backend must be one of etcd" in asked.stderr
    (confdir.root / "confd.toml").write_text('nods = ["x"]\ntemplate-cache = true\nclient-cakeys = ""\n')
    asked = confd(confdir, "check")
    assert (
        "unknown setting 'nods', did you mean 'nodes'?" in asked.stderr
        and "'template-cache' has no effect" in asked.stderr
    )
    assert "dynamodb needs a service of one cloud" in confd(confdir, "check", "-backend", "dynamodb").stderr


def test_what_is_not_needed_is_not_imported(confdir: Confdir) -> None:
    confdir.resource("a", '{{getv "/app/v"}}')
    code = "import sys; from bunraku.cli.main import main; code = main(sys.argv[1:]);"
    code += "sys.exit(code or bool({'google.protobuf', 'asyncio', 'logging', 'http'} & sys.modules.keys()))"
    command = [sys.executable, "-c", code, "confd", "--onetime", "-backend", "file", "--confdir", str(confdir.root)]
    command += ["-file", str(confdir.data("app: {v: 1}")), "--statedir", str(confdir.root / "state")]
    assert subprocess.run(command, timeout=60, check=False).returncode == 0
