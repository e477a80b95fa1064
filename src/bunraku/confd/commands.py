"""check_cmd and reload_cmd: templates of `.src` and `.dest`, run by /bin/sh under a time limit."""

from __future__ import annotations

import os

from bunraku.confd.template import TemplateError, parse

LONGEST_OUTPUT = 2000
"""Characters of a failed command's output that its error shows: the last ones."""


class CommandFailed(Exception):
    """A command that said no, did not end in time, or could not be run."""


def command_line(name: str, command: str, *, src: str, dest: str) -> str:
    """`command` with its `{{.src}}` and `{{.dest}}` filled in. Raises CommandFailed if it is no template."""
    if "{{" not in command:
        return command
    try:
        return parse(name, command).render({"src": src, "dest": dest})
    except TemplateError as error:
        raise CommandFailed(str(error)) from None


def run_command(name: str, line: str, *, timeout: float) -> None:
    """Run `line`; `name` is what messages call it. Raises CommandFailed with the end of its output."""
    from bunraku.system import process

    try:
        result = process.run(["/bin/sh", "-c", line], deadline=timeout, env=os.environ)
    except process.CommandTimeout as error:
        output = _shown(error.result.output) if error.result else ""
        raise CommandFailed(f"{name} was ended: not done after {timeout:g} s: {line}{output}") from None
    except process.CommandError as error:
        raise CommandFailed(f"{name}: {error}") from None
    if not result.ok:
        how = f"exit {result.code}" if result.code > 0 else f"signal {-result.code}"
        raise CommandFailed(f"{name} failed ({how}): {line}{_shown(result.output)}")


def _shown(output: str) -> str:
    output = output.strip()
    return f"\n{output[-LONGEST_OUTPUT:]}" if output else ""
