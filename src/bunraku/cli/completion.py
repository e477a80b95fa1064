"""Print a shell's completion of bunraku's commands and flags.

bunraku completion bash > /etc/bash_completion.d/bunraku
bunraku completion zsh  > /usr/local/share/zsh/site-functions/_bunraku
bunraku completion fish > ~/.config/fish/completions/bunraku.fish
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import NamedTuple


class Flag(NamedTuple):
    """A flag of a command: its spellings, and what it does in a line."""

    words: tuple[str, ...]
    doc: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `bunraku completion`."""
    parser.add_argument("shell", choices=("bash", "zsh", "fish"))


def run(args: argparse.Namespace) -> int:
    """Print the script."""
    from bunraku.cli.main import COMMANDS

    flags = {name: list(_flags(name)) for name in COMMANDS}
    print({"bash": _bash, "zsh": _zsh, "fish": _fish}[args.shell](COMMANDS, flags))
    return 0


def _flags(command: str) -> Iterator[Flag]:
    """The flags of a command, as its own parser knows them."""
    parser = argparse.ArgumentParser()
    import_module(f"bunraku.cli.{command.replace('-', '_')}").add_arguments(parser)
    for action in parser._actions:
        if action.option_strings and action.help != argparse.SUPPRESS:
            yield Flag(tuple(action.option_strings), (action.help or "").partition(";")[0])
        if isinstance(action, argparse._SubParsersAction):
            yield from (Flag((name,), "") for name in action.choices)


def _bash(commands: Mapping[str, str], flags: Mapping[str, list[Flag]]) -> str:
    cases = [f'    {name}) words="{" ".join(w for f in flags[name] for w in f.words)}" ;;' for name in commands]
    return "\n".join(
        [
            "_bunraku() {",
            '  local current="${COMP_WORDS[COMP_CWORD]}" words',
            '  case "${COMP_CWORD}:${COMP_WORDS[1]}" in',
            f'    1:*) COMPREPLY=($(compgen -W "{" ".join(commands)} --help --version" -- "$current")); return ;;',
            "  esac",
            '  case "${COMP_WORDS[1]}" in',
            *cases,
            "  esac",
            '  [[ $current == -* || -z $current ]] && COMPREPLY=($(compgen -W "$words" -- "$current"))',
            "}",
            "complete -o default -F _bunraku bunraku",
        ]
    )


def _zsh(commands: Mapping[str, str], flags: Mapping[str, list[Flag]]) -> str:
    return "#compdef bunraku\nautoload -U +X bashcompinit && bashcompinit\n" + _bash(commands, flags)


def _fish(commands: Mapping[str, str], flags: Mapping[str, list[Flag]]) -> str:
    lines = [
        f"complete -c bunraku -n __fish_use_subcommand -a {name} -d {_quoted(what)}" for name, what in commands.items()
    ]
    for name, found in flags.items():
        for flag in found:
            words = " ".join(_fish_word(word) for word in flag.words)
            lines.append(f"complete -c bunraku -n '__fish_seen_subcommand_from {name}' {words} -d {_quoted(flag.doc)}")
    return "\n".join(lines)


def _fish_word(word: str) -> str:
    if word.startswith("--"):
        return f"-l {word[2:]}"
    return f"-{'s' if len(word) == 2 else 'o'} {word[1:]}" if word.startswith("-") else f"-a {word}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
