"""What the commands of `bunraku rkt` share: their parser, where things are, spans of time."""

from __future__ import annotations

import argparse
import re
import sys
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from bunraku.images.store import Store
    from bunraku.images.trust import Trust
    from bunraku.rkt.pods import Pod, Pods

FAILED = 254
"""rkt's exit code for what went wrong in rkt itself."""

INSECURE = ("none", "image", "tls", "ondisk", "http", "pubkey", "capabilities", "paths", "seccomp")
_ALL = {
    "all-fetch": ("image", "tls", "http", "pubkey"),
    "all-run": ("capabilities", "paths", "seccomp"),
    "all": INSECURE,
}


BARE = {
    "--net": "default",
    "--wait": "true",
    "--wait-ready": "true",
    "--pretty-print": "true",
    "--mds-register": "true",
}
"""Flags whose value comes after `=` only, and what they mean without one."""


class Parser(argparse.ArgumentParser):
    """Reads flags as rkt does, and exits with its code for a command line that makes no sense."""

    def __init__(self, **settings: Any) -> None:
        # An app's flags come after its image's name: they are no abbreviations of ours.
        super().__init__(**{"allow_abbrev": False} | settings)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse's, with the values of flags that stand alone."""
        words = list(sys.argv[1:] if args is None else args)
        end = words.index("--") if "--" in words else len(words)
        words[:end] = [f"{word}={BARE[word]}" if word in BARE else word for word in words[:end]]
        return super().parse_known_args(words, namespace)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and exit."""
        self.print_usage(sys.stderr)
        self.exit(FAILED, f"{self.prog}: error: {message}\n")


def insecure(text: str) -> frozenset[str]:
    """The words of --insecure-options. Raises ValueError."""
    found: set[str] = set()
    for word in text.split(","):
        if word not in INSECURE and word not in _ALL:
            raise argparse.ArgumentTypeError(f"'{word}' is none of {', '.join([*INSECURE, *_ALL])}")
        found.update(_ALL.get(word, (word,)))
    return frozenset(found - {"none"})


def add_common(parser: argparse.ArgumentParser, *, suppress: bool) -> None:
    """The flags that every command takes, before its name or after it."""

    def default(value: object) -> object:
        return argparse.SUPPRESS if suppress else value

    group = parser.add_argument_group("everywhere")
    add = group.add_argument
    add("--dir", metavar="FOLDER", default=default("/var/lib/rkt"), help="where images and pods are (/var/lib/rkt)")
    add("--local-config", metavar="FOLDER", default=default("/etc/rkt"), help="where trusted keys are (/etc/rkt)")
    add("--system-config", metavar="FOLDER", default=default("/usr/lib/rkt"), help="and the system's (/usr/lib/rkt)")
    add("--user-config", metavar="FOLDER", default=default(""), help="accepted")
    add("--trust-keys-from-https", action="store_true", default=default(False), help="accepted: no keys are fetched")
    add("--debug", action="store_true", default=default(False), help="tell more, on standard error")
    add(
        "--insecure-options",
        metavar="WORD,…",
        type=insecure,
        default=default(frozenset()),
        help=f"what is not insisted on: {', '.join(INSECURE)}, all-fetch, all-run, all",
    )


def pods_of(args: argparse.Namespace) -> Pods:
    """The pods that the flags lead to."""
    from bunraku.rkt.pods import Pods

    return Pods(args.dir)


def pod_of(args: argparse.Namespace, name: str) -> Pod:
    """A pod by the beginning of its UUID. Raises PodError."""
    return pods_of(args).find(name)


def store_of(args: argparse.Namespace) -> Store:
    """The images that the flags lead to."""
    from bunraku.images.store import Store

    return Store(f"{args.dir}/cas")


def trust_of(args: argparse.Namespace) -> Trust:
    """The trusted keys that the flags lead to."""
    from bunraku.images.trust import Trust

    return Trust(args.local_config, args.system_config)


_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


def span(text: str) -> float:
    """Seconds of a span as Go writes it: 30m0s, 1h, 500ms. Raises ValueError."""
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|h|m|s)", text)
    if "".join(number + unit for number, unit in parts) != text or not parts:
        if text == "0":
            return 0.0
        raise argparse.ArgumentTypeError(f"'{text}' is no span of time: 30m, 1h30m, 10s …")
    return sum(float(number) * _UNITS[unit] for number, unit in parts)


def waiting(text: str) -> float | None:
    """How long to wait: a span, true (None: however long it takes), or false (0). Raises ValueError."""
    if text.lower() in ("true", "1"):
        return None
    return 0.0 if text.lower() in ("false", "0") else span(text)
