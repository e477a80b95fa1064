"""Build container images.

bunraku acbuild begin                          an empty image, or one to start from: an ACI, an OCI layout, a folder
bunraku acbuild copy nginx.conf /etc/nginx/nginx.conf
bunraku acbuild run -- apt-get install nginx   in namespaces of its own, inside the image
bunraku acbuild set-exec -- /usr/sbin/nginx -g 'daemon off;'
bunraku acbuild write nginx.aci                and `acbuild end` when it is done

The image stands in ./.acbuild (--work-path) until `end`. Exit codes: 1 for what went wrong, 2 for something to be
removed that is not there, 3 for a command line that makes no sense; `run` gives back its command's.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from bunraku.cli.acbuild_edits import list_edit, setting, words_of

if TYPE_CHECKING:
    from bunraku.images.build import Build

LISTS = {
    "annotation": ("NAME VALUE", "NAME"),
    "dependency": ("IMAGE_NAME", "IMAGE_NAME"),
    "environment": ("NAME VALUE", "NAME"),
    "isolator": ("NAME JSON_FILE", "NAME"),
    "label": ("NAME VALUE", "NAME"),
    "mount": ("NAME PATH", "NAME_OR_PATH"),
    "port": ("NAME PROTOCOL PORT", "NAME_OR_PORT"),
}
"""What the manifest has lists of: the arguments of `add`, and of `remove`."""

SETTINGS = {
    "set-exec": "the command that the image runs",
    "set-group": "the group that it runs as",
    "set-name": "the image's name",
    "set-supp-groups": "the numbers of further groups that it runs with",
    "set-tag": "the version, which is the tag of an OCI image",
    "set-user": "the user that it runs as",
    "set-working-directory": "the folder that it runs in",
}


ALIASES = {"mount": ["volume"], "set-event-handler": ["set-eh"], "set-working-directory": ["set-wd"]}
"""Other names of commands."""


class Parser(argparse.ArgumentParser):
    """Exits with acbuild's code for a command line that makes no sense."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and exit."""
        self.print_usage(sys.stderr)
        self.exit(3, f"{self.prog}: error: {message}\n")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The commands of acbuild, and their flags."""
    parser.add_argument("--work-path", metavar="FOLDER", default=".", help="where .acbuild is (default: here)")
    parser.add_argument("--debug", action="store_true", help="tell more, on standard error")
    parser.add_argument("--no-history", action="store_true", help="accepted: how an image was built never goes into it")
    for mode in ("appc", "oci"):
        text = "change this image, by this one command; there is no build"
        parser.add_argument(f"--modify-{mode}", metavar="PATH", help=text)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=Parser)

    def command(name: str, does: str, *arguments: str, words: str | None = None) -> argparse.ArgumentParser:
        added: argparse.ArgumentParser = commands.add_parser(
            name, help=does, description=does, aliases=ALIASES.get(name, [])
        )
        for argument in arguments:
            added.add_argument(argument.lower(), metavar=argument)
        if words:
            added.add_argument("words", metavar=words, nargs=argparse.REMAINDER)
        return added

    begin = command("begin", "begin a build, with an empty image or from an image that there is")
    text = "an ACI, an OCI layout or archive, a folder or a tar of files, docker://HOST/NAME:TAG"
    begin.add_argument("start", metavar="START_ACI", nargs="?", help=text)
    begin.add_argument("--build-mode", choices=("appc", "oci"), default="appc", help="the format that is written")
    begin.add_argument("--insecure", action="store_true", help="fetch over plain HTTP too")
    command("cat-manifest", "print the manifest").add_argument("--pretty-print", action="store_true", help="indented")
    command("copy", "copy a file, or a folder's content, into the image", "PATH_ON_HOST", "PATH_IN_ACI")
    several = command("copy-to-dir", "copy files and folders into a folder of the image")
    several.add_argument(
        "paths", metavar="PATH", nargs="+", help="on the host; the last one is the folder in the image"
    )
    command("end", "end the build and forget what was not written")
    command("layer", "end the layer that is being made, and begin another (OCI)")
    command("replace-manifest", "take the manifest of a file", "MANIFEST_PATH")
    run = command("run", "run a command in the image, and keep what it changed", words="-- CMD [ARGS]")
    run.add_argument("--working-dir", metavar="FOLDER", default="/", help="where it runs, in the image")
    run.add_argument(
        "--engine", choices=("chroot", "systemd-nspawn"), help="accepted: it runs in namespaces of its own"
    )
    run.add_argument("--insecure", action="store_true", help="accepted: nothing is fetched")
    command("version", "print the version")
    command("script", "run a file of acbuild commands, and end", "FILE")
    command(
        "set-event-handler", "set what runs before the app (pre-start) or after it (post-stop)", "EVENT", words="CMD"
    )
    for name, what in SETTINGS.items():
        if name == "set-exec":
            command(name, f"set {what}", words="-- CMD [ARGS]")
        else:
            command(name, f"set {what}").add_argument("value", metavar="VALUE", nargs="*")
    write = command("write", "write the image: an ACI, or an OCI layout (a folder, or an archive in .tar)", "PATH")
    write.add_argument("--overwrite", action="store_true", help="replace what is there")
    for name, (add, remove) in LISTS.items():
        _add_list(commands, name, add, remove)


def _add_list(commands: Any, name: str, add: str, remove: str) -> None:
    about = f"Add or remove: {name}."
    holder = commands.add_parser(name, help=about, description=about, aliases=ALIASES.get(name, []))
    actions = holder.add_subparsers(dest="action", metavar="add|remove", required=True, parser_class=Parser)
    adding = actions.add_parser("add", help="add one, or change the one of its name")
    removing = actions.add_parser("remove", help="remove one", aliases=["rm"])
    for parser, arguments in ((adding, add), (removing, remove)):
        for argument in arguments.split():
            parser.add_argument(argument.lower(), metavar=argument)
    if name == "mount":
        adding.add_argument("--read-only", action="store_true", help="the app may not write there")
    if name == "port":
        adding.add_argument("--count", type=int, default=1, help="ports from PORT on (default: 1)")
        adding.add_argument("--socket-activated", action="store_true", help="the app is handed the socket")
    if name == "dependency":
        adding.add_argument("--image-id", metavar="ID", help="the digest that it must have")
        adding.add_argument(
            "--label", metavar="NAME=VALUE", action="append", default=[], help="a label that it must have"
        )
        adding.add_argument("--size", type=int, help="its size in bytes")


def run(args: argparse.Namespace) -> int:
    """Carry out one command of a build."""
    from bunraku.images.build import Build, NothingToRemove
    from bunraku.images.errors import ImageError
    from bunraku.system.process import CommandError

    args.command = next((name for name, others in ALIASES.items() if args.command in others), args.command)
    try:
        if args.modify_appc or args.modify_oci:
            return _modify(args)
        return _act(Build(args.work_path), args)
    except NothingToRemove as problem:
        print(f"acbuild: {problem}", file=sys.stderr)
        return 2
    except (ImageError, CommandError) as problem:
        print(f"acbuild: {problem}", file=sys.stderr)
    except OSError as problem:
        print(f"acbuild: {problem.filename or 'the system'}: {problem.strerror or problem}", file=sys.stderr)
    return 1


def _modify(args: argparse.Namespace) -> int:
    """Carry out one command on an image that is there, in the place of a build; it is replaced where it went well."""
    import tempfile

    from bunraku.images.build import Build
    from bunraku.images.errors import ImageError

    if args.modify_appc and args.modify_oci:
        raise ImageError("--modify-appc and --modify-oci do not go together")
    if args.command in ("begin", "write", "end", "version", "script"):
        raise ImageError(f"--modify-appc and --modify-oci do not go with {args.command}")
    mode, path = ("appc", args.modify_appc) if args.modify_appc else ("oci", args.modify_oci)
    with tempfile.TemporaryDirectory(prefix="bunraku-acbuild-") as folder:
        build = Build(folder)
        build.begin(mode, path)
        code = _act(build, args)
        if code == 0 and args.command != "cat-manifest":
            build.write(path, overwrite=True)
    return code


def _act(build: Build, args: argparse.Namespace) -> int:
    from bunraku import __version__
    from bunraku.images.manifest import AC_VERSION

    command = args.command
    if command == "begin":
        build.begin(args.build_mode, args.start, plain=args.insecure)
    elif command == "end":
        build.end()
    elif command == "cat-manifest":
        print(json.dumps(build.manifest(), indent=4 if args.pretty_print else None))
    elif command == "copy":
        build.copy(args.path_on_host, args.path_in_aci)
    elif command == "copy-to-dir":
        build.copy_to_dir(args.paths[:-1], args.paths[-1])
    elif command == "replace-manifest":
        build.replace_manifest(args.manifest_path)
    elif command == "layer":
        build.finish_layer()
    elif command == "version":
        print(f"acbuild version {__version__}\nappc version {AC_VERSION}")
    elif command == "write":
        build.write(args.path, overwrite=args.overwrite)
    elif command == "run":
        return build.run(words_of(args), args.working_dir)
    elif command == "script":
        return _script(args)
    elif command in LISTS:
        build.edit(list_edit(args))
    else:
        build.edit(setting(args))
    return 0


def _script(args: argparse.Namespace) -> int:
    """Run the commands of a file, one a line, up to the first that fails; the build is ended either way."""
    from bunraku.images.build import Build

    parser = argparse.ArgumentParser(prog="acbuild")
    add_arguments(parser)
    code = 0
    build = Build(args.work_path)
    try:
        for number, words in _lines(args.file):
            code = run(parser.parse_args(["--work-path", args.work_path, *words]))
            if code:
                print(f"acbuild: {args.file}:{number}: '{' '.join(words)}' failed", file=sys.stderr)
                break
    finally:
        if build.in_progress:
            build.end()
    return code


def _lines(path: str) -> Iterator[tuple[int, list[str]]]:
    """The words of each command in a file, with the number of its last line; a line goes on after a `\\` at its end."""
    import shlex

    from bunraku.images.errors import ImageError

    text = ""
    for number, line in enumerate(Path(path).read_text().splitlines(), 1):
        text += line
        if text.endswith("\\"):
            text = text[:-1]
            continue
        try:
            words = shlex.split(text, comments=True)
        except ValueError as error:
            raise ImageError(f"{path}:{number}: {str(error).lower()}") from None
        text = ""
        if words:
            yield number, words
