"""What "the same catalog" means, level by level."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import bunraku

FRAME: dict[str, Any] = json.loads((Path(__file__).parent / "frame.json").read_text())
"""What every catalog has; the records leave it out where it is as always."""

RECORDED = ("notice", "warning", "alert", "crit", "emerg")
"""The levels that the reference was recorded at."""

PLACE = re.compile(r" ?\((?:file: [^()]*?)?(?:, )?(?:line: \d+)?(?:, column: \d+)?\)")


def compile_case(code: str, root: Path, scratch: Path, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The case's catalog in the wire format with its logs, or `{"error": …}`; paths are relative to `root`."""
    case = scratch / "case.pp"
    case.write_text(code)

    def short(text: str) -> str:
        return re.sub(r":0x[0-9a-f]+", ":0x0", text.replace(str(case), "case.pp").replace(f"{root}/", ""))

    try:
        compiled = bunraku.compile(
            case,
            facts=dict(facts),
            modulepath=[root / "modules"],
            certname="web1.example.com",
            hiera_config=root / "hiera.yaml",
        )
    except bunraku.CompileError as error:
        return {"error": {"message": short(str(error)), "line": error.line, "column": error.column}}
    data: dict[str, Any] = compiled.to_dict()
    for resource in data["resources"]:
        if resource.get("file"):
            resource["file"] = short(resource["file"])
    data["resources"] = [r for r in data["resources"] if not _in_frame(r)]
    data["edges"] = [e for e in data["edges"] if [e["source"], e["target"]] not in FRAME["edges"]]
    data["classes"] = [c for c in data["classes"] if c != "settings"]
    data["logs"] = [
        {"level": log.level, "message": short(log.message)} for log in compiled.logs if log.level in RECORDED
    ]
    return data


def _in_frame(resource: Mapping[str, Any]) -> bool:
    slim = {k: v for k, v in resource.items() if k in ("type", "title", "tags", "parameters", "file", "line")}
    return slim in FRAME["resources"]


def same(a: Any, b: Any) -> bool:
    """Deep equality in which 1, 1.0 and true are three values."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(v, b[k]) for k, v in a.items())
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    return type(a) is type(b) and bool(a == b)


def bare(message: str) -> str:
    """A message without places and "Error:"."""
    return re.sub(r"^(Error: )+", "", PLACE.sub("", message)).strip()


def compare(record: Mapping[str, Any], ours: Mapping[str, Any]) -> dict[str, list[str]]:
    """What differs: level → descriptions. Empty where all is equal."""
    found: dict[str, list[str]] = {}

    def note(level: str, text: str) -> None:
        found.setdefault(level, []).append(text)

    if ("error" in record) != ("error" in ours):
        said = ours.get("error", {}).get("message", "a catalog")
        note("outcome", f"ours: {said}; Puppet's: {record.get('error', {}).get('message', 'a catalog')}")
        return found
    if "error" in record:
        theirs, mine = record["error"], ours["error"]
        if bare(theirs["message"]) != bare(mine["message"]):
            note("message", f"ours: {bare(mine['message'])!r}; Puppet's: {bare(theirs['message'])!r}")
        for key in ("line", "column"):
            if theirs.get(key) is not None and theirs[key] != mine.get(key):
                note(key, f"ours: {mine.get(key)}; Puppet's: {theirs[key]}")
        return found
    _compare_catalogs(record, ours, note)
    return found


def _compare_catalogs(record: Mapping[str, Any], ours: Mapping[str, Any], note: Any) -> None:
    theirs = {f"{r['type']}[{r['title']}]": r for r in record["resources"]}
    mine = {f"{r['type']}[{r['title']}]": r for r in ours["resources"]}
    for ref in theirs.keys() - mine.keys():
        note("resources", f"missing {ref}")
    for ref in mine.keys() - theirs.keys():
        note("resources", f"extra {ref}")
    for ref in theirs.keys() & mine.keys():
        a, b = theirs[ref], mine[ref]
        for name in a.get("parameters", {}).keys() | b.get("parameters", {}).keys():
            left, right = a.get("parameters", {}).get(name, "(none)"), b.get("parameters", {}).get(name, "(none)")
            if not same(left, right):
                note("parameters", f"{ref} {name}: ours {right!r}; Puppet's {left!r}")
        if set(a["tags"]) != set(b["tags"]):
            note("tags", f"{ref}: ours {sorted(b['tags'])}; Puppet's {sorted(a['tags'])}")
        if (a.get("file"), a.get("line")) != (b.get("file"), b.get("line")):
            note("lines", f"{ref}: ours {b.get('file')}:{b.get('line')}; Puppet's {a.get('file')}:{a.get('line')}")
        if sorted(a.get("sensitive_parameters", ())) != sorted(b.get("sensitive_parameters", ())):
            note("sensitive", ref)
        if bool(a.get("exported")) != bool(b.get("exported")):
            note("exported", ref)
    edges = {tuple(e) for e in record["edges"]}
    our_edges = {(e["source"], e["target"]) for e in ours["edges"]}
    for source, target in sorted(edges ^ our_edges):
        note("edges", f"{'missing' if (source, target) in edges else 'extra'} {source} -> {target}")
    if set(record["classes"]) != set(ours["classes"]):
        note("classes", f"ours {ours['classes']}; Puppet's {record['classes']}")
    if [r for r in theirs if r in mine] != [r for r in mine if r in theirs]:
        note("order", f"ours {list(mine)}; Puppet's {list(theirs)}")
    said = [(log["level"], log["message"]) for log in record.get("logs", ())]
    we_said = [(log["level"], log["message"]) for log in ours["logs"]]
    if said != we_said:
        note("logs", f"ours {we_said}; Puppet's {said}")
