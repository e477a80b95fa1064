"""Show resources of this host as Puppet code, and change them.

bunraku resource user                         every user
bunraku resource file /etc/hosts              one file
bunraku resource service nginx ensure=stopped change it, then show it
bunraku resource --types                      the types there are
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bunraku import resources
from bunraku.catalog.catalog import Catalog, Resource, capitalize
from bunraku.resources.base import ResourceError, ResourceType, Run


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `bunraku resource`."""
    parser.add_argument("type", nargs="?", help="a resource type; --types lists them")
    parser.add_argument("name", nargs="?", help="one resource (default: all)")
    parser.add_argument("attributes", nargs="*", metavar="attribute=value", help="what shall be")
    parser.add_argument("-n", "--noop", action="store_true", help="show what would be changed, and change nothing")
    parser.add_argument("-t", "--types", action="store_true", help="list the types")
    parser.add_argument("-y", "--to_yaml", "--to-yaml", action="store_true", help="print YAML, as for Hiera")
    parser.add_argument(
        "-p", "--param", metavar="NAME", action="append", default=[], help="print this parameter too; may be repeated"
    )
    parser.add_argument("--statedir", metavar="FOLDER", help="where reports, backups and the lock are kept")


def run(args: argparse.Namespace) -> int:
    """Change what is asked for, and print what there is."""
    if args.types:
        print("\n".join(resources.names()))
        return 0
    native = resources.load(args.type.lower()) if args.type else None
    try:
        if native is None:
            named = f"there is no type '{args.type}'" if args.type else "a type is needed"
            raise ValueError(f"{named}; `bunraku resource --types` lists them")
        if args.attributes:
            return _change(native, args)
        names = [args.name] if args.name else sorted(native.instances(_run(args)))
        instances = [native(Resource(capitalize(native.type_name), name), _run(args)) for name in names]
        native.prefetch(instances, instances[0].run if instances else _run(args))
        if args.to_yaml:
            print(_yaml(native.type_name, instances, args.param))
        else:
            for instance in instances:
                print(code(instance, args.param))
    except (ValueError, ResourceError) as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        raise
    except OSError as error:
        print(f"Error: {error.filename}: {(error.strerror or str(error)).lower()}", file=sys.stderr)
        return 1
    return 0


def _run(args: argparse.Namespace) -> Run:
    from bunraku.engine.apply import state_folder

    shared = Run(Path(args.statedir).absolute() if args.statedir else state_folder(), noop=args.noop)
    shared.everything = True
    return shared


def _change(native: type[ResourceType], args: argparse.Namespace) -> int:
    from bunraku.cli.output import Display
    from bunraku.engine.apply import apply
    from bunraku.engine.transaction import Options

    parameters: dict[str, Any] = {}
    for attribute in args.attributes:
        name, equals, value = attribute.partition("=")
        if not equals or name not in native.parameters and name not in ("noop", "loglevel", "audit"):
            raise ValueError(f"'{attribute}': {native.type_name} has no attribute '{name}'; write attribute=value")
        parameters[name] = value.split(",") if native.parameters[name].many else value
    resource = Resource(capitalize(native.type_name), args.name, parameters)
    catalog = Catalog("localhost")
    catalog.add(resource)
    display = Display(noop=args.noop)
    result = apply(catalog, _run(args), Options(noop=args.noop, on_outcome=display.outcome))
    if not result.counts["failed"]:
        print(code(native(resource, _run(args))))
    return 1 if result.counts["failed"] else 0


def code(instance: ResourceType, also: Sequence[str] = ()) -> str:
    """What there is, as Puppet code that could be applied. also: parameters that are printed too."""
    shown = _state(instance, also)
    width = max(map(len, shown), default=0)
    lines = [f"  {name:<{width}} => {literal(value)}," for name, value in shown.items()]
    return "\n".join([f"{instance.type_name} {{ {literal(instance.title)}:", *lines, "}"])


def _state(instance: ResourceType, also: Sequence[str]) -> dict[str, Any]:
    """What there is, by property, `ensure` first; and the parameters `also`, where they have a value."""
    state = instance.read()
    shown = {
        name: instance.reported(name, state[name])
        for name in instance.properties
        if state.get(name) not in (None, "", []) and name not in instance.unprinted
    }
    if instance.provider_used is not None:
        shown["provider"] = instance.provider_used
    for name in also:
        if name not in instance.parameters:
            raise ValueError(f"{instance.type_name} has no attribute '{name}'")
        value = instance.provider_used if name == "provider" else getattr(instance, name, None)
        if value is not None and name not in instance.unprinted:
            shown.setdefault(name, value)
    return dict(sorted(shown.items(), key=lambda item: (item[0] != "ensure", item[0])))


def _yaml(type_name: str, instances: Sequence[ResourceType], also: Sequence[str]) -> str:
    """What there is, as data from which `create_resources` makes it."""
    from bunraku.language.functions.stdlib.yaml_text import dump

    return dump({type_name: {one.title: _state(one, also) for one in instances}}, {}).rstrip("\n")


def literal(value: Any) -> str:
    """A value as Puppet code has it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(literal, value))}]"
    text = str(value).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{text}'"
