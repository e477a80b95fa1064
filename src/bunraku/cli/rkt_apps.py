"""The images of `rkt run` and `rkt prepare`, each with its own flags after it: IMAGE --name=web -- ARGS --- IMAGE2 …"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from bunraku.cli.rkt_flags import Parser
from bunraku.rkt.errors import PodError
from bunraku.rkt.request import AppRequest, mount, variable

HELP = """flags after an image, about the app made of it:
  --name NAME            what the app is called (default: the last part of the image's name)
  --exec COMMAND         run this in the place of the image's command
  --user, --group        a number, a name of the image's accounts, or a path, whose owner it is
  --supplementary-gids N,…
  --working-dir FOLDER   where it starts
  --environment N=V      a variable
  --mount volume=NAME,target=/PATH
  --memory 64M           at most this much memory
  --cpu 500m             at most this much processor time: 500m is half of one
  --caps-retain CAP,…    capabilities: these and no others
  --caps-remove CAP,…    the usual ones without these
  --seccomp mode=retain|remove[,errno=EPERM],CALL,…
  --oom-score-adjust N   how early it is killed where memory runs out (-1000 to 1000)
  --user-annotation, --user-label N=V   noted in the pod's manifest
  --readonly-rootfs      it may not write to its own files
  --signature FILE       the image's signature
  -- ARGS [---]          arguments after its command"""


def parse(words: list[str]) -> list[AppRequest]:
    """The apps that the rest of a command line asks for. Raises PodError."""
    apps: list[AppRequest] = []
    flags = _flags()
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "--":
            if not apps:
                raise PodError("arguments after -- belong to an image, which comes first")
            end = rest.index("---") if "---" in rest else len(rest)
            apps[-1].args = rest[:end]
            rest = rest[end + 1 :]
        elif word.startswith("-") and word != "-":
            if not apps:
                raise PodError(f"{word} belongs to an image, which comes first")
            given = [word] if "=" in word or word in _SWITCHES or not rest else [word, rest.pop(0)]
            flags.parse_args(given, _Into(apps[-1]))
        else:
            apps.append(AppRequest(word))
    return apps


class _Into(argparse.Namespace):
    """Sets what is parsed on a request."""

    def __init__(self, app: AppRequest) -> None:
        super().__init__()
        object.__setattr__(self, "app", app)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self.app, name, value)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.app, name)


_SWITCHES = ("--readonly-rootfs",)


def _flags() -> argparse.ArgumentParser:
    parser = Parser(prog="bunraku rkt", add_help=False, allow_abbrev=False, argument_default=argparse.SUPPRESS)
    for name in ("name", "exec", "user", "group", "working-dir", "memory", "cpu", "seccomp", "signature"):
        parser.add_argument(f"--{name}")
    parser.add_argument("--supplementary-gids", type=lambda text: [int(word) for word in text.split(",")])
    parser.add_argument("--caps-retain", "--cap-retain", type=lambda text: text.split(","))
    parser.add_argument("--caps-remove", "--cap-remove", type=lambda text: text.split(","))
    parser.add_argument("--oom-score-adjust", "--oom-score-adj", dest="oom_score", type=int)
    parser.add_argument("--user-annotation", action=_adding(lambda app, text: _note(app.user_annotations, text)))
    parser.add_argument("--user-label", action=_adding(lambda app, text: _note(app.user_labels, text)))
    parser.add_argument("--readonly-rootfs", nargs="?", const=True, type=lambda text: text != "false")
    parser.add_argument("--environment", action=_adding(lambda app, text: app.environment.update([variable(text)])))
    parser.add_argument("--mount", action=_adding(lambda app, text: app.mounts.append(mount(text))))
    return parser


def _note(notes: dict[str, str], text: str) -> None:
    notes.update([variable(text)])


def _adding(add: Callable[[AppRequest, str], None]) -> type[argparse.Action]:
    class Adding(argparse.Action):
        def __call__(self, parser: object, namespace: Any, values: Any, option: str | None = None) -> None:
            add(namespace.app, values)

    return Adding
