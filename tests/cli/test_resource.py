"""`bunraku resource`, `filebucket`, `describe`, `report`."""

import re
import subprocess
import sys
from pathlib import Path

from bunraku.cli import function_reference
from bunraku.cli.describe import markdown
from bunraku.cli.resource import literal

ROOT = Path(__file__).parent.parent.parent


def bunraku(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bunraku.cli.main", *arguments], capture_output=True, text=True, timeout=60
    )


def test_a_resource_is_shown_as_code_that_changes_nothing_when_applied(tmp_path: Path) -> None:
    path = tmp_path / "it's"
    path.write_text("x")
    path.chmod(0o640)
    shown = bunraku("resource", "file", str(path)).stdout
    assert "mode     => '0640'" in shown
    again = bunraku("apply", "--statedir", str(tmp_path), "--detailed-exitcodes", "-e", shown)
    assert again.returncode == 0, again.stdout + again.stderr


def test_a_resource_is_changed(tmp_path: Path) -> None:
    path = tmp_path / "a"
    result = bunraku("resource", "file", str(path), "ensure=file", "mode=0600", "--statedir", str(tmp_path / "s"))
    assert result.returncode == 0
    assert path.stat().st_mode & 0o777 == 0o600
    assert "ensure   => 'file'" in result.stdout
    bad = bunraku("resource", "file", str(path), "colour=red")
    assert (bad.returncode, bad.stderr) == (
        1,
        "Error: 'colour=red': file has no attribute 'colour'; write attribute=value\n",
    )
    assert bunraku("resource", "nonsense").returncode == 1


def test_literals() -> None:
    assert [literal(v) for v in (True, 3, "it's", "a\\b", ["x", 1])] == ["true", "3", r"'it\'s'", r"'a\\b'", "['x', 1]"]


def test_what_was_replaced_comes_back(tmp_path: Path) -> None:
    path, state = tmp_path / "a", str(tmp_path / "s")
    path.write_text("precious\n")
    bunraku("apply", "--statedir", state, "-e", f"file {{ '{path}': content => \"new\\n\" }}")
    bucket = ["--bucket", f"{state}/bucket"]
    digest = bunraku("filebucket", "list", *bucket).stdout.split()[0]
    assert bunraku("filebucket", "get", digest[:10], *bucket).stdout == "precious\n"
    assert bunraku("filebucket", "diff", digest, str(path), *bucket).stdout == "-precious\n+new\n"
    assert bunraku("filebucket", "restore", str(path), digest, *bucket).returncode == 0
    assert path.read_text() == "precious\n"
    assert len(bunraku("filebucket", "list", *bucket).stdout.splitlines()) == 2
    missing = bunraku("filebucket", "get", "ffff", *bucket)
    assert missing.returncode == 1
    assert "has not exactly one content whose checksum begins with ffff" in missing.stderr


def test_reports_are_listed_and_shown(tmp_path: Path) -> None:
    state = str(tmp_path)
    bunraku("apply", "--statedir", state, "-e", "notify { 'hi': }")
    assert " changed " in bunraku("report", "--statedir", state).stdout
    assert "notify   hi" in bunraku("report", "last", "--statedir", state).stdout
    assert bunraku("report", "nope", "--statedir", state).returncode == 1


def test_a_type_is_described() -> None:
    shown = bunraku("describe", "exec").stdout
    assert "refreshonly\n      Whether it is run on a notification only." in shown
    assert bunraku("describe", "nonsense").returncode == 1


def test_a_function_is_described() -> None:
    shown = bunraku("describe", "split").stdout
    assert "split(String str, String pattern)" in shown and "split(String str, Type[Regexp] pattern)" in shown
    assert all(line.split(maxsplit=1)[1] for line in bunraku("describe", "--functions").stdout.splitlines())
    assert re.search(r"^size +The same as `length`\.$", bunraku("describe", "--functions").stdout, re.M)


def test_the_reference_is_that_of_the_code() -> None:
    assert (ROOT / "docs" / "types.md").read_text() == markdown() + "\n", "run scripts/docs"
    assert (ROOT / "docs" / "functions.md").read_text() == function_reference.markdown() + "\n", "run scripts/docs"
