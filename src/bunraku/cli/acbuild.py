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
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NoReturn

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
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=Parser)

    def command(name: str, does: str, *arguments: str, words: str | None = None) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=does, description=does)
        for argument in arguments:
            added.add_argument(argument.lower(), metavar=argument)
        if words:
            added.add_argument("words", metavar=words, nargs=argparse.REMAINDER)
        return added

    begin = command("begin", "begin a build, with an empty image or from START_ACI")
    begin.add_argument("start", metavar="START_ACI", nargs="?", help="an ACI, an OCI layout or archive, or a folder")
    begin.add_argument("--build-mode", choices=("appc", "oci"), default="appc", help="the format that is written")
    begin.add_argument("--insecure", action="store_true", help="accepted: nothing is fetched")
    command("cat-manifest", "print the manifest").add_argument("--pretty-print", action="store_true", help="indented")
    command("copy", "copy a file, or a folder's content, into the image", "PATH_ON_HOST", "PATH_IN_ACI")
    several = command("copy-to-dir", "copy files and folders into a folder of the image")
    several.add_argument(
        "paths", metavar="PATH", nargs="+", help="on the host; the last one is the folder in the image"
    )
    command("end", "end the build and forget what was not written")
    command("replace-manifest", "take the manifest of a file", "MANIFEST_PATH")
    run = command("run", "run a command in the image, and keep what it changed", words="-- CMD [ARGS]")
    run.add_argument("--working-dir", metavar="FOLDER", default="/", help="where it runs, in the image")
    run.add_argument(
        "--engine", choices=("chroot", "systemd-nspawn"), help="accepted: it runs in namespaces of its own"
    )
    run.add_argument("--insecure", action="store_true", help="accepted: nothing is fetched")
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
    holder = commands.add_parser(name, help=f"add or remove: {name}", description=f"Add or remove: {name}.")
    actions = holder.add_subparsers(dest="action", metavar="add|remove", required=True, parser_class=Parser)
    adding = actions.add_parser("add", help="add one, or change the one of its name")
    removing = actions.add_parser("remove", help="remove one")
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

    try:
        return _act(Build(args.work_path), args)
    except NothingToRemove as problem:
        print(f"acbuild: {problem}", file=sys.stderr)
        return 2
    except (ImageError, CommandError) as problem:
        print(f"acbuild: {problem}", file=sys.stderr)
    except OSError as problem:
        print(f"acbuild: {problem.filename or 'the system'}: {problem.strerror or problem}", file=sys.stderr)
    return 1


def _act(build: Build, args: argparse.Namespace) -> int:
    command = args.command
    if command == "begin":
        build.begin(args.build_mode, args.start)
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
    elif command == "write":
        build.write(args.path, overwrite=args.overwrite)
    elif command == "run":
        return build.run(_words(args), args.working_dir)
    elif command == "script":
        return _script(args)
    elif command in LISTS:
        build.edit(_list_edit(args))
    else:
        build.edit(_setting(args))
    return 0


def _words(args: argparse.Namespace) -> list[str]:
    from bunraku.images.errors import ImageError

    words = args.words[1:] if args.words[:1] == ["--"] else args.words
    if not words:
        raise ImageError(f"{args.command}: a command is needed")
    return list(words)


def _setting(args: argparse.Namespace) -> Callable[[dict[str, Any]], None]:
    """The edit of a command that sets one thing."""
    from bunraku.images.build import app_of, put
    from bunraku.images.errors import ImageError

    if args.command == "set-event-handler":
        words = _words(args)
        return lambda manifest: put(app_of(manifest), "eventHandlers", {"name": args.event, "exec": words})
    if args.command == "set-exec":
        words = _words(args)
        return lambda manifest: app_of(manifest).update(exec=words)
    if args.command == "set-supp-groups":
        if not all(value.isdigit() for value in args.value):
            raise ImageError("set-supp-groups takes numbers of groups")
        return lambda manifest: app_of(manifest).update(supplementaryGIDs=[int(value) for value in args.value])
    if len(args.value) != 1:
        raise ImageError(f"{args.command} takes one value")
    (value,) = args.value
    if args.command == "set-name":
        return lambda manifest: manifest.update(name=value)
    if args.command == "set-tag":
        return lambda manifest: put(manifest, "labels", {"name": "version", "value": value})
    key = {"set-user": "user", "set-group": "group", "set-working-directory": "workingDirectory"}[args.command]
    return lambda manifest: app_of(manifest).update({key: value})


def _list_edit(args: argparse.Namespace) -> Callable[[dict[str, Any]], None]:
    """The edit of a command that adds to a list of the manifest, or removes from it."""
    from bunraku.images.build import app_of, put, take

    key = {"mount": "mountPoints", "dependency": "dependencies"}.get(args.command, f"{args.command}s")
    key = "environment" if args.command == "environment" else key
    of_app = args.command in ("environment", "isolator", "mount", "port")

    def edit(manifest: dict[str, Any]) -> None:
        holder = app_of(manifest) if of_app else manifest
        if args.action == "add":
            item = _item(args)
            if args.command == "dependency":
                holder[key] = [d for d in holder.get(key, ()) if d["imageName"] != item["imageName"]] + [item]
            else:
                put(holder, key, item)
        else:
            named = next(value for name, value in vars(args).items() if name in _REMOVED)
            take(holder, key, lambda item: _is_named(item, named), f"{args.command} '{named}'")

    return edit


_REMOVED = ("name", "image_name", "name_or_path", "name_or_port")


def _is_named(item: Mapping[str, Any], name: str) -> bool:
    return name in (item.get("name"), item.get("imageName"), item.get("path"), str(item.get("port")))


def _item(args: argparse.Namespace) -> dict[str, Any]:
    """What `add` adds."""
    from bunraku.images.errors import ImageError

    if args.command == "mount":
        return {"name": args.name, "path": args.path} | ({"readOnly": True} if args.read_only else {})
    if args.command == "port":
        if not args.port.isdigit():
            raise ImageError(f"'{args.port}' is no port")
        return {
            "name": args.name,
            "protocol": args.protocol,
            "port": int(args.port),
            "count": args.count,
            "socketActivated": args.socket_activated,
        }
    if args.command == "isolator":
        with open(args.json_file, "rb") as file:
            try:
                return {"name": args.name, "value": json.load(file)}
            except ValueError as error:
                raise ImageError(f"{args.json_file} is not JSON: {error}") from None
    if args.command == "dependency":
        item: dict[str, Any] = {"imageName": args.image_name}
        if args.image_id:
            item["imageID"] = args.image_id
        pairs = [label.partition("=") for label in args.label]
        if pairs:
            item["labels"] = [{"name": name, "value": value} for name, _, value in pairs]
        return item | ({"size": args.size} if args.size else {})
    return {"name": args.name, "value": args.value}


def _script(args: argparse.Namespace) -> int:
    """Run the commands of a file, one a line, up to the first that fails; the build is ended either way."""
    import shlex

    from bunraku.images.build import Build

    parser = argparse.ArgumentParser(prog="acbuild")
    add_arguments(parser)
    code = 0
    with open(args.file) as file:
        for number, line in enumerate(file, 1):
            words = shlex.split(line, comments=True)
            if not words:
                continue
            code = run(parser.parse_args(["--work-path", args.work_path, *words]))
            if code:
                print(f"acbuild: {args.file}:{number}: '{line.strip()}' failed", file=sys.stderr)
                break
    build = Build(args.work_path)
    if build.in_progress:
        build.end()
    return code
