"""The images of `rkt run` and `rkt prepare`, each with its own flags after it: IMAGE --name=web -- ARGS --- IMAGE2 …"""

from __future__ import annotations

import argparse
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
    apps: list[argparse.Namespace] = []
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
        elif word == "---":
            continue  # it ends arguments, of which there were none (as rkt has it)
        elif word.startswith("-") and word != "-":
            if not apps:
                raise PodError(f"{word} belongs to an image, which comes first")
            given = [word] if "=" in word or word in _SWITCHES or not rest else [word, rest.pop(0)]
            flags.parse_args(given, apps[-1])
        else:
            apps.append(argparse.Namespace(image=word))
    return [AppRequest(**vars(app)) for app in apps]


_SWITCHES = ("--readonly-rootfs",)


def _flags() -> argparse.ArgumentParser:
    parser = Parser(prog="bunraku rkt", add_help=False, allow_abbrev=False, argument_default=argparse.SUPPRESS)
    for name in ("name", "exec", "user", "group", "working-dir", "memory", "cpu", "seccomp", "signature"):
        parser.add_argument(f"--{name}")
    parser.add_argument("--supplementary-gids", type=lambda text: [int(word) for word in text.split(",")])
    parser.add_argument("--caps-retain", "--cap-retain", type=lambda text: text.split(","))
    parser.add_argument("--caps-remove", "--cap-remove", type=lambda text: text.split(","))
    parser.add_argument("--oom-score-adjust", "--oom-score-adj", dest="oom_score", type=int)
    for name in ("user-annotation", "user-label"):
        parser.add_argument(f"--{name}", dest=f"{name.replace('-', '_')}s", action=_Variables)
    parser.add_argument("--readonly-rootfs", nargs="?", const=True, type=lambda text: text != "false")
    parser.add_argument("--environment", action=_Variables)
    parser.add_argument("--mount", dest="mounts", action=_Mounts)
    return parser


class _Variables(argparse.Action):
    """Adds NAME=VALUE to those that were given before."""

    def __call__(self, parser: object, namespace: argparse.Namespace, values: Any, option: str | None = None) -> None:
        name, value = variable(values)
        setattr(namespace, self.dest, getattr(namespace, self.dest, {}) | {name: value})


class _Mounts(argparse.Action):
    """Adds a mount to those that were given before."""

    def __call__(self, parser: object, namespace: argparse.Namespace, values: Any, option: str | None = None) -> None:
        setattr(namespace, self.dest, [*getattr(namespace, self.dest, []), mount(values)])
