"""What the commands of `bunraku acbuild` change in an image's manifest."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any


def words_of(args: argparse.Namespace) -> list[str]:
    """The command that follows a command's `--`. Raises ImageError."""
    from bunraku.images.errors import ImageError

    words = args.words[1:] if args.words[:1] == ["--"] else args.words
    if not words:
        raise ImageError(f"{args.command}: a command is needed")
    return list(words)


def setting(args: argparse.Namespace) -> Callable[[dict[str, Any]], None]:
    """The edit of a command that sets one thing."""
    from bunraku.images.build import app_of, put
    from bunraku.images.errors import ImageError

    if args.command == "set-event-handler":
        words = words_of(args)
        return lambda manifest: put(app_of(manifest), "eventHandlers", {"name": args.event, "exec": words})
    if args.command == "set-exec":
        words = words_of(args)
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


def list_edit(args: argparse.Namespace) -> Callable[[dict[str, Any]], None]:
    """The edit of a command that adds to a list of the manifest, or removes from it."""
    from bunraku.images.build import app_of, put, take
    from bunraku.images.manifest import parse_name

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
            named = parse_name(named)[0] if args.command == "dependency" else named
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
        source = sys.stdin.buffer if args.json_file == "-" else None
        try:
            text = source.read() if source else Path(args.json_file).read_bytes()
            return {"name": args.name, "value": json.loads(text)}
        except ValueError as error:
            raise ImageError(f"{args.json_file} is not JSON: {error}") from None
    return _dependency(args) if args.command == "dependency" else {"name": args.name, "value": args.value}


def _dependency(args: argparse.Namespace) -> dict[str, Any]:
    """NAME[:VERSION][,LABEL=VALUE…] and its flags, as a manifest has them."""
    from bunraku.images.manifest import parse_name

    name, labels = parse_name(args.image_name)
    labels |= dict(label.partition("=")[::2] for label in args.label)
    item: dict[str, Any] = {"imageName": name}
    if args.image_id:
        item["imageID"] = args.image_id
    if labels:
        item["labels"] = [{"name": name, "value": value} for name, value in labels.items()]
    return item | ({"size": args.size} if args.size else {})
