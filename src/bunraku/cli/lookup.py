"""Look up data as a compilation would.

  bunraku lookup web::port --hiera-config hiera.yaml               the value
  bunraku lookup web::port --explain --certname db1 --facts f.json  where it comes from, on another node
  bunraku lookup users --merge deep --format json                   all levels together

Exit code: 0; 1 if no level has a value (with --explain: 0) or the data is wrong.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from bunraku.cli.compiling import add_compile_arguments, compile_as_told

if TYPE_CHECKING:
    from bunraku.hiera.explain import Explainer, Step


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `bunraku lookup`."""
    parser.add_argument("keys", metavar="KEY", nargs="+", help="a key, such as web::port; the first that has a value")
    parser.add_argument("--explain", action="store_true", help="draw what was searched, and where the value is from")
    parser.add_argument("--explain-options", action="store_true", help="draw the search for lookup_options instead")
    parser.add_argument("--default", metavar="VALUE", help="the value where there is none")
    parser.add_argument("--type", metavar="TYPE", help="the type that the value must be of")
    parser.add_argument(
        "--format",
        "--render-as",
        choices=("yaml", "json", "text", "s"),
        default="yaml",
        help="how to print (yaml); s is text",
    )
    parser.add_argument(
        "--compile", action="store_true", help="compile the environment's manifest before: its variables can be used"
    )
    merge = parser.add_argument_group("merging")
    merge.add_argument("--merge", choices=("first", "unique", "hash", "deep"), help="what several levels come to")
    merge.add_argument("--knock-out-prefix", metavar="PREFIX", help="deep: marks a value that takes others away")
    merge.add_argument("--sort-merged-arrays", action="store_true", help="deep: sort lists")
    merge.add_argument("--merge-hash-arrays", action="store_true", help="deep: merge hashes in lists by place")
    about = parser.add_argument_group("for whom")
    add_compile_arguments(about)
    about.add_argument("--node", dest="certname", metavar="NAME", help="the same as --certname")


def run(args: argparse.Namespace) -> int:
    """Print the value, or how it was searched for."""
    from bunraku.cli.errors import render
    from bunraku.hiera.explain import Explainer
    from bunraku.language.errors import CompileError

    explainer = None
    if args.explain or args.explain_options:
        explainer = Explainer(options=args.explain_options, only_options=args.explain_options and not args.explain)
    try:
        value = _value(args, explainer)
    except CompileError as error:
        if explainer is not None:
            print("\n".join(drawn(explainer, secret=False)))
            if error.message.startswith("Function lookup() did not find"):
                return 0
        print(render(error), file=sys.stderr)
        return 1
    if explainer is None:
        print(_written(value, args.format))
    else:
        from bunraku.catalog.values import Sensitive

        print("\n".join(drawn(explainer, secret=isinstance(value, Sensitive))))
    return 0


def _value(args: argparse.Namespace, explainer: Explainer | None) -> Any:
    """The value, looked up from the top scope. Raises CompileError."""
    compilation = compile_as_told(args, None if args.compile else "", facts_over_own=True)
    options: dict[str, Any] = {"merge": _merge(args)}
    if args.default is not None:
        options["default"] = args.default
    if args.type is not None:
        from bunraku.language import types

        options["value_type"] = types.parse(args.type)
    try:
        return compilation.lookup(args.keys, explainer=explainer, **options)
    finally:
        compilation.inputs.close()


def _merge(args: argparse.Namespace) -> Any:
    # argparse before Python 3.13 takes the value out of `--knock-out-prefix=--`, the usual prefix.
    prefix = "--" if args.knock_out_prefix == [] else args.knock_out_prefix
    options = {
        "knockout_prefix": prefix,
        "sort_merged_arrays": args.sort_merged_arrays,
        "merge_hash_arrays": args.merge_hash_arrays,
    }
    given = {name: value for name, value in options.items() if value}
    if given and args.merge != "deep":
        from bunraku.language.errors import CompileError

        raise CompileError("--knock-out-prefix, --sort-merged-arrays and --merge-hash-arrays need --merge deep")
    return {"strategy": "deep", **given} if given else args.merge


def _written(value: Any, form: str) -> str:
    from bunraku.catalog import wire

    plain = wire.encode(value)
    if form == "json":
        import json

        return json.dumps(plain, indent=2, ensure_ascii=False)
    if form in ("text", "s") and not isinstance(plain, list | dict):
        return "" if plain is None else str(plain)
    from bunraku.language.functions.stdlib.yaml_text import dump

    return dump(plain, {}).rstrip("\n")


# ---- the drawing


def drawn(explainer: Explainer, *, secret: bool) -> list[str]:
    """The search as a tree, a line a step; `◀` marks what the value was made of. secret: values are not shown."""
    return [line for step in _children(explainer.root) for line in _lines(step, "", "", secret)]


def _lines(step: Step, first: str, rest: str, secret: bool) -> Iterator[str]:
    yield f"{first}{_label(step)}{_outcome(step, secret)}"
    children = _children(step)
    if step.kind == "entry":
        if not children and not step.found and step.missing is None:
            yield f"{rest}└─ no file"
        for child in children:
            _shorten(child, f"{step.subject.layer.config.folder}/")
    for child in children:
        last = child is children[-1]
        yield from _lines(child, rest + ("└─ " if last else "├─ "), rest + ("   " if last else "│  "), secret)


def _children(step: Step) -> list[Step]:
    """The steps inside, without merges of what is one or nothing."""
    found: list[Step] = []
    for child in step.steps:
        if child.kind == "merge" and sum(inner.found for inner in child.steps) < 2:
            found += _children(child)
        else:
            found.append(child)
    return found


def _shorten(step: Step, folder: str) -> None:
    """Tell of files as seen from their hiera.yaml."""
    if step.kind == "location":
        step.subject = step.subject._replace(place=step.subject.place.removeprefix(folder))
    for child in step.steps:
        if child.kind == "location":
            _shorten(child, folder)


def _label(step: Step) -> str:
    subject = step.subject
    match step.kind:
        case "layer":
            name = subject.place if subject.module is None else f"Module {subject.module}"
            return f"{name} ({subject.config_path or 'no hiera.yaml: the default hierarchy'})"
        case "entry":
            return str(subject.name)
        case "location":
            return str(subject.place)
        case "merge":
            return f"merge {subject.name}"
        case "interpolate":
            return f'in "{subject}"'
        case "module":
            return f"Module {subject}"
        case _:
            return f"{step.kind} {subject}" if step.kind in ("sub key", "segment", "invalid key") else str(subject)


def _outcome(step: Step, secret: bool) -> str:
    """What came of the step, as it stands behind its label."""
    from bunraku.hiera.keys import MISSING

    said = [*step.remarks]
    if step.missing is not None and step.value is MISSING and not step.steps:
        said.append("no such key")
    text = f": {', '.join(said)}" if said else ""
    value = step.merged if step.merged is not MISSING else step.value
    if value is not MISSING:
        text += f" = {'[sensitive]' if secret else _short(value)}"
    return f"{text}  ◀" if value is not MISSING and step.kind in ("location", "entry") else text


def _short(value: Any) -> str:
    import json

    return json.dumps(value, ensure_ascii=False, default=str)
