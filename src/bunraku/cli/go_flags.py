"""Flags as Go's programs take them: with one dash or two, switches with or without a value."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from functools import partial
from typing import Any

from bunraku.system.options import Option

SWITCHED = {"true": ("1", "t", "T", "true", "TRUE", "True"), "false": ("0", "f", "F", "false", "FALSE", "False")}
"""How Go's programs are told that a switch is on or off."""


def add_flags(parser: argparse.ArgumentParser, options: Iterable[Option]) -> None:
    """Add a flag for each option, under the headings of their groups."""
    parser.allow_abbrev = False
    groups: dict[str, argparse._ActionsContainer] = {"": parser}
    for option in options:
        if option.group not in groups:
            groups[option.group] = parser.add_argument_group(option.group)
        _add(groups[option.group], option)


def _add(group: argparse._ActionsContainer, option: Option) -> None:
    names = [f"-{option.spelled}"] if len(option.spelled) == 1 else [f"--{option.spelled}", f"-{option.spelled}"]
    add = partial(group.add_argument, *names, dest=option.name, default=None, help=option.help)
    if option.kind == "switch":
        # -watch and -watch=false; a word that stands after it is not its value.
        add(action="store_const", const="true")
        for value, words in SWITCHED.items():
            spelled = [f"{name}={word}" for name in names for word in words]
            group.add_argument(
                *spelled, dest=option.name, default=None, action="store_const", const=value, help=argparse.SUPPRESS
            )
    elif option.kind == "list":
        add(action="append", metavar="TEXT")
    else:
        add(metavar="|".join(option.choices) if 0 < len(option.choices) < 4 else option.kind.upper())


def given_flags(args: argparse.Namespace, options: Iterable[Option]) -> dict[str, Any]:
    """The flags that were given, by the options' names."""
    return {option.name: value for option in options if (value := getattr(args, option.name)) is not None}
