"""exec: a command, run when its checks say so."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from bunraku.resources.base import (
    Changes,
    Param,
    Property,
    ResourceError,
    ResourceType,
    State,
    absolute_path,
    boolean,
    integer,
    seconds,
    text,
)
from bunraku.system import accounts, process

Command: TypeAlias = str | list[str]
"""A line, which goes through the shell where it has anything for it; or a program and its arguments."""

FOREVER = 86_400.0
"""What `timeout => 0` means here: a command that runs a day is not coming back."""

_SHELL = re.compile(r"[*?{}\[\]<>()~&|\\$;'`\"\n#=%!]")
_BUILT_IN = re.compile(
    r"(alias|bg|break|case|cd|command|continue|do|done|elif|else|esac|eval|exec|exit|export|fc|fg|fi|for|getopts|hash|if"
    r"|in|jobs|read|readonly|return|set|shift|then|times|trap|type|ulimit|umask|unalias|unset|until|wait|while|\.|:)\Z"
)
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def _command(value: Any) -> Command:
    if isinstance(value, list) and value and all(isinstance(word, str) for word in value):
        return value
    if isinstance(value, str):
        return value
    raise ValueError("Command must be a String or Array<String>")


def _checks(value: Any) -> list[Command]:
    """One command, or an array of commands."""
    return [_command(item) for item in value]


def _settings(value: Any) -> dict[str, str]:
    settings = {}
    for item in value:
        name, equals, setting = str(item).partition("=")
        if not equals:
            raise ValueError(f"Invalid environment setting '{item}'; write NAME=value")
        settings[name] = setting
    return settings


def _folders(value: Any) -> list[str]:
    return [folder for item in value for folder in str(item).split(":") if folder]


def _umask(value: Any) -> int:
    if isinstance(value, str) and re.fullmatch(r"0?[0-7]{1,4}", value):
        return int(value, 8)
    raise ValueError(f"The umask specification is invalid: '{value}'")


class Exec(ResourceType):
    """Runs a command, every time unless a check (`creates`, `unless`, `onlyif`, `refreshonly`) says otherwise."""

    isomorphic = False
    lane = None

    command = Param(
        "The command; the title unless given. An array is run without a shell.",
        namevar=True,
        munge=_command,
    )
    returns = Property(
        "The exit codes that mean success.", many=True, munge=lambda v: [integer(c) for c in v], default=[0]
    )
    path = Param("Where commands are looked for: folders, in an array or with colons.", many=True, munge=_folders)
    user = Param("The user to run it as.", munge=text)
    group = Param("The group to run it as.", munge=text)
    cwd = Param("The folder to run it in.", munge=absolute_path)
    environment = Param("Further variables: NAME=value.", many=True, munge=_settings, default={})
    umask = Param("The umask to run it under.", munge=_umask)
    timeout = Param("Seconds that it may take; 0 for no limit.", munge=seconds, default=300.0)
    tries = Param("How often it is tried until it succeeds.", munge=integer, default=1)
    try_sleep = Param("Seconds between two tries.", munge=seconds, default=0.0)
    logoutput = Param("When its output is shown.", values=("true", "false", "on_failure"), default="on_failure")
    refresh_ = Param("The command to run on a notification instead.", munge=_command)
    refreshonly = Param("Whether it is run on a notification only.", munge=boolean, default=False)
    creates = Param("Files; where all of them exist, it is not run.", many=True)
    unless = Param("Commands; where one of them exits 0, it is not run.", many=True, munge=_checks)
    onlyif = Param("Commands; where one of them does not exit 0, it is not run.", many=True, munge=_checks)
    provider = Param("posix, or shell: everything through /bin/sh.", values=("posix", "shell"), default="posix")

    def validate(self) -> None:
        """Programs are named in full, or looked for in `path`; a secret in one command hides them all."""
        if self.sensitive & {"command", "unless", "onlyif", "refresh"}:
            self.sensitive |= {"command", "unless", "onlyif", "refresh", "returns"}
        if self.provider == "posix" and self.path is None:
            for command in (self.command, self.refresh_, *(self.unless or ()), *(self.onlyif or ())):
                if isinstance(command, (str, list)) and not _program(command).startswith("/"):
                    raise ValueError(
                        f"'{self._shown(_program(command))}' is not qualified and no path was specified. "
                        "Please qualify the command or specify a path."
                    )
        if self.user is not None and os.geteuid() != 0 and accounts.user_id(self.user) != os.geteuid():
            raise ValueError("Only root can execute commands as other users")

    def autorequire(self) -> Iterable[tuple[str, str]]:
        """Files that it names in full, its folder, its user."""
        for command in (self.command, *(self.unless or ()), *(self.onlyif or ())):
            if isinstance(command, (str, list)):
                words = command if isinstance(command, list) else [command]
                for path in re.findall(r"^\"?(/[^\s\"]+)", words[0]):
                    yield "file", path
        if self.cwd:
            yield "file", self.cwd
        if self.user:
            yield "user", self.user

    def read(self) -> State:
        """Whether it has to run; a command leaves no state to be read."""
        return {"returns": None if not self.refreshonly and self._checks_pass() else self.returns}

    def change(self, changes: Changes) -> None:
        """Run it."""
        self._run(self.command)

    def refresh(self) -> str:
        """Run it, or its `refresh` command, if its checks pass."""
        if not self._checks_pass():
            return ""
        self._run(self.command if self.refresh_ is None else self.refresh_)
        return "executed"

    def told(self, name: str, previous: Any, desired: Any) -> str:
        """A command that went well."""
        return "executed successfully"

    def reported(self, name: str, value: Any) -> Any:
        """Exit codes as strings, as Puppet has them."""
        return "notrun" if value is None else [str(code) for code in value]

    def event_name(self, name: str, desired: Any) -> str:
        """The only thing that can happen to a command."""
        return "executed_command"

    def describe(self, name: str, current: Any, desired: Any) -> str:
        """In a word."""
        return "executed"

    # Checks and commands -------------------------------------------------------------------------------------------

    def _checks_pass(self) -> bool:
        if self.creates and all(os.path.exists(str(path)) for path in self.creates):
            return False
        if any(self._succeeds(command) for command in self.unless or ()):
            return False
        return all(self._succeeds(command) for command in self.onlyif or ())

    def _succeeds(self, command: Command) -> bool:
        try:
            return self._call(command).ok
        except process.CommandTimeout:
            return False

    def _run(self, command: Command) -> None:
        for attempt in range(1, max(1, self.tries) + 1):
            result = self._call(command)
            if result.code in self.returns:
                if self.logoutput == "true":
                    self._log(result.output)
                return
            if attempt < self.tries:
                time.sleep(self.try_sleep)
        hidden = "command" in self.sensitive
        shown = "[command redacted]" if hidden else command if isinstance(command, str) else " ".join(command)
        expected = ",".join(str(code) for code in self.returns)
        which = f" on the {_ORDINALS[self.tries - 1]} try" if 1 < self.tries <= len(_ORDINALS) else ""
        raise ResourceError(
            f"'{shown}' returned {result.code} instead of one of [{expected}]",
            "" if hidden or self.logoutput == "false" else result.output,
            words=f"exit {result.code}{which}",
        )

    def _log(self, output: str) -> None:
        for line in ["[output redacted]"] if "command" in self.sensitive else output.splitlines():
            self.run.log("notice", line, self.ref)

    def _call(self, command: Command) -> process.Result:
        uid = gid = groups = None
        if self.user is not None:
            uid, gid, groups = self._identity()
        if self.group is not None:
            gid = accounts.group_id(self.group)
            if gid is None:
                raise ResourceError(f"Could not find group {self.group}")
        environment = self._environment()
        try:
            result = process.run(
                self._argv(command, environment["PATH"]),
                deadline=self.timeout or FOREVER,
                env=environment,
                cwd=self.cwd,
                uid=uid,
                gid=gid,
                groups=groups,
                umask=self.umask,
            )
        except process.CommandTimeout as error:
            kept = None if "command" in self.sensitive else error.result
            raise process.CommandTimeout(f"Command exceeded timeout of {self.timeout:g} s", kept) from None
        except process.CommandError as error:
            raise ResourceError(self._shown(str(error))) from None
        if result.code == 127:
            raise ResourceError(self._shown(result.output.strip() or "the command was not found"), words="not found")
        return result

    def _identity(self) -> tuple[int, int, Sequence[int]]:
        """The user's number, main group and further groups."""
        import pwd

        uid = accounts.user_id(self.user)
        try:
            account = pwd.getpwuid(-1 if uid is None else uid)
        except (KeyError, OverflowError):
            raise ResourceError(f"Could not find user {self.user}") from None
        return account.pw_uid, account.pw_gid, os.getgrouplist(account.pw_name, account.pw_gid)

    def _environment(self) -> dict[str, str]:
        """Ours without what belongs to our own user, the folders to look in, the declared variables."""
        settings = {k: v for k, v in os.environ.items() if k not in ("HOME", "USER", "LOGNAME")}
        if self.path is not None:
            settings["PATH"] = ":".join(self.path)
        settings.setdefault("PATH", os.defpath)
        settings.update(self.environment)
        return settings

    def _argv(self, command: Command, folders: str) -> list[str]:
        if self.provider == "shell":
            return ["/bin/sh", "-c", command if isinstance(command, str) else " ".join(command)]
        program = _program(command)
        found = program if program.startswith("/") else _which(program, folders)
        if program.startswith("/") and not os.path.exists(program) or not found and not _BUILT_IN.match(program):
            raise ResourceError(self._shown(f"Could not find command '{program}'"))
        if isinstance(command, list):
            return [found or program, *command[1:]]
        if _SHELL.search(command) or _BUILT_IN.match(program):
            return ["/bin/sh", "-c", command]
        return [found or program, *command.split()[1:]]

    def _shown(self, message: str) -> str:
        return "[command redacted]" if "command" in self.sensitive else message


def _program(command: Command) -> str:
    """The program that a command names first, out of its quotes."""
    if isinstance(command, list):
        return command[0]
    quoted = re.match(r"\"([^\"]+)\"|'([^']+)'", command)
    if quoted:
        return quoted[1] or quoted[2]
    return command.split(" ")[0].strip() if command.strip() else command


def _which(program: str, folders: str) -> str | None:
    """Where a program is found in colon-separated `folders`."""
    for folder in folders.split(":"):
        path = os.path.join(folder, program)
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    return None
