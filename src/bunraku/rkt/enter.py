"""A command run in an app of a pod that runs: in its namespaces and its root folder, with its variables, as root."""

from __future__ import annotations

import os
from collections.abc import Sequence

from bunraku.rkt.app import environment
from bunraku.rkt.errors import PodError
from bunraku.rkt.pods import Pod
from bunraku.system.supervise import Program, supervise

NAMESPACES = ["--mount", "--uts", "--ipc", "--net", "--pid"]


def enter(pod: Pod, app: str | None, words: Sequence[str]) -> int:
    """Run `words` in `app` (None: the only one), with our terminal; the exit code. Raises PodError, CommandError."""
    if pod.state() != "running":
        raise PodError(f"pod {pod.uuid} is {pod.state()}: only what runs can be entered")
    specs = {spec["name"]: spec for spec in pod.manifest()["apps"]}
    if app is None and len(specs) > 1:
        raise PodError(f"pod {pod.uuid} has several apps: --app={next(iter(specs))} says which of {', '.join(specs)}")
    name = app or next(iter(specs))
    pid = pod.app_pid(name) if name in specs else None
    if pid is None:
        raise PodError(f"pod {pod.uuid} has no app '{name}' that runs: it has {', '.join(specs)}")
    inside = ["nsenter", f"--target={pid}", *NAMESPACES, "--root", "--wd", "--", *words]
    program = Program(name, inside, environment(specs[name]) | {"TERM": os.environ.get("TERM", "dumb")})
    return supervise([program], started=lambda name, pid: None, ended=lambda name, code: None)[name]
