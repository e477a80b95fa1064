"""What the tests of confd work on: a folder as /etc/confd is, and the program run on it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bunraku.confd.settings import Settings


def until(holds: Callable[[], Any], seconds: float = 60) -> Any:
    """Wait until `holds()` and give what it gave; fails after `seconds`."""
    end = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.002)
    return found


class Confdir:
    """A folder with conf.d, templates, destinations and state."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.out = root / "out"
        for folder in ("conf.d", "templates", "out"):
            (root / folder).mkdir()

    def resource(self, name: str, template: str, **settings: Any) -> Path:
        """Write a resource and its template; returns its destination."""
        settings = {"src": f"{name}.tmpl", "dest": str(self.out / name), "keys": ["/app"]} | settings
        backend = settings.pop("backend", None)
        (self.root / "templates" / f"{name}.tmpl").write_text(template)
        text = "[template]\n" + "".join(f"{key} = {toml(value)}\n" for key, value in settings.items())
        if backend:
            text += "[backend]\n" + "".join(f"{key} = {toml(value)}\n" for key, value in backend.items())
        (self.root / "conf.d" / f"{name}.toml").write_text(text)
        return Path(settings["dest"])

    def data(self, text: str) -> Path:
        """Write the file with the keys."""
        path = self.root / "data.yaml"
        path.write_text(text)
        return path

    def settings(self, **given: Any) -> Settings:
        """Settings for this folder and its data."""
        base = {
            "confdir": str(self.root),
            "statedir": str(self.root / "state"),
            "socket": str(self.root / "sock"),
            "backend": "file",
            "file": (str(self.root / "data.yaml"),),
            "interval": 600,
        }
        return Settings(**(base | given))


def toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return str(value)


def confd(confdir: Confdir, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `bunraku confd` to its end."""
    command = [sys.executable, "-m", "bunraku.cli.main", "confd", *words]
    command += ["--confdir", str(confdir.root), "--statedir", str(confdir.root / "state")]
    command += ["--config-file", str(confdir.root / "confd.toml")]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


class Program:
    """A running `bunraku confd`, its log in a file."""

    def __init__(self, confdir: Confdir, *flags: str, env: dict[str, str] | None = None) -> None:
        self.log = confdir.root / "log"
        command = [sys.executable, "-m", "bunraku.cli.main", "confd", "--confdir", str(confdir.root)]
        command += ["--config-file", str(confdir.root / "confd.toml"), "--statedir", str(confdir.root / "state")]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, *flags], stdout=log, stderr=log, env={**os.environ, **(env or {})}
            )

    def said(self, words: str) -> bool:
        return words in self.log.read_text(errors="replace")

    def end(self, number: int = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(15)
