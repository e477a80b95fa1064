"""200 files through bunraku, Puppet, ansible-core and pyinfra: made, and found in sync, each tool as its users run it.

pyinfra and ansible-core come from PyPI into a scratch environment, which is kept in the user's cache for the next time;
where one cannot be installed its column says so. All four work on this host itself, without ssh: what is compared is
the tool, not the way to the host. Ansible takes about a second of processor time for each file, since it starts a
program for each turn of a loop: one run of it takes minutes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

from pair import BUNRAKU, PUPPET, Figure, run

COUNT = 200
RUNS = 3
ENOUGH = 30.0
"""Seconds after which a slow tool is not run once more."""

PEERS = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "bunraku-benchmarks" / "peers"

PLAYBOOK = """- hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - file: {{ path: "{root}", state: directory }}
    - copy: {{ dest: "{root}/f{{{{ item }}}}", content: "line {{{{ item }}}}", mode: "0640" }}
      loop: "{{{{ range({count}) | list }}}}"
"""

DEPLOY = """from io import StringIO
from pyinfra.operations import files
files.directory("{root}")
for n in range({count}):
    files.put(src=StringIO(f"line {{n}}"), dest=f"{root}/f{{n}}", mode="640")
"""


HOW = {
    "bunraku": "one manifest of 200 files",
    "puppet": "the same manifest",
    "pyinfra": "one deploy of 200 files.put, @local",
    "ansible": "one play, copy in a loop over 200, local connection, pipelining on, no facts gathered",
}


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bunraku-bench-") as name:
        folder = Path(name)
        for tool, command in commands(folder).items():
            print(f"{tool:<10} {HOW[tool]}", flush=True)
            if isinstance(command, str):
                print(f"{tool:<10} left out: {command}")
                continue
            root = folder / tool
            made = [figure.seconds for figure in runs(command, before=lambda root=root: shutil.rmtree(root, True))]
            count = len(list(root.glob("f*")))
            if count != COUNT:
                sys.exit(f"{tool} made {count} files, not {COUNT}")
            figures = runs(command, before=lambda: None)
            in_sync, memory = median(f.seconds for f in figures), max(f.mebibytes for f in figures)
            print(
                f"{tool:<10} {COUNT} files made {median(made):8.3f} s   in sync {in_sync:8.3f} s   {memory:5.0f} MiB"
                f"   ({len(made)} and {len(figures)} runs)",
                flush=True,
            )


def runs(command: list[str], before: Callable[[], None]) -> list[Figure]:
    """Up to `RUNS` runs; no further one once they took `ENOUGH` together."""
    figures: list[Figure] = []
    while len(figures) < RUNS and sum(figure.seconds for figure in figures) < ENOUGH:
        before()
        figures.append(run(command, ENVIRONMENT))
    return figures


ENVIRONMENT = {**os.environ, "ANSIBLE_LOCALHOST_WARNING": "0", "ANSIBLE_PIPELINING": "1"}


def commands(folder: Path) -> dict[str, list[str] | str]:
    """The command of each tool, or why there is none."""
    lines = ["file {{ '{root}': ensure => directory }}"]
    lines += [f"file {{{{ '{{root}}/f{n}': content => 'line {n}', mode => '0640' }}}}" for n in range(COUNT)]
    found: dict[str, list[str] | str] = {}
    manifest = write(folder / "bunraku.pp", "\n".join(lines), folder / "bunraku")
    found["bunraku"] = [BUNRAKU, "apply", "--statedir", str(folder / "state"), manifest]
    manifest = write(folder / "puppet.pp", "\n".join(lines), folder / "puppet")
    home = [f"--{kind}dir={folder}/home/{kind}" for kind in ("conf", "var")]
    found["puppet"] = [PUPPET, "apply", *home, manifest] if PUPPET else "not installed (puppet-agent)"
    problem = install()
    here = ["-i", "localhost,", "-e", f"ansible_python_interpreter={sys.executable}"]
    deploy = write(folder / "deploy.py", DEPLOY, folder / "pyinfra")
    found["pyinfra"] = problem or [str(PEERS / "bin" / "pyinfra"), "-y", "@local", deploy]
    playbook = write(folder / "play.yml", PLAYBOOK, folder / "ansible")
    found["ansible"] = problem or [str(PEERS / "bin" / "ansible-playbook"), *here, playbook]
    return found


def write(path: Path, text: str, root: Path) -> str:
    path.write_text(text.format(root=root, count=COUNT))
    return str(path)


def install() -> str:
    """Have pyinfra and ansible-core in the scratch environment; why that failed, or ""."""
    if all((PEERS / "bin" / program).exists() for program in ("pyinfra", "ansible-playbook")):
        return ""
    subprocess.run([sys.executable, "-m", "venv", str(PEERS)], check=True)
    argv = [str(PEERS / "bin" / "pip"), "install", "-q", "pyinfra", "ansible-core"]
    result = subprocess.run(argv, capture_output=True, text=True, timeout=1800)
    lines = [line for line in result.stderr.splitlines() if line.startswith("ERROR")]
    return "" if result.returncode == 0 else f"cannot be installed from PyPI: {(lines or ['?'])[-1]}"


if __name__ == "__main__":
    main()
