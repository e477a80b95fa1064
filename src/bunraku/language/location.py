"""What may stand in which file of a module."""

from __future__ import annotations

from bunraku.language.finding import Finding
from bunraku.language.labels import label
from bunraku.language.nodes import (
    Block,
    ClassDefinition,
    DefineDefinition,
    FunctionDefinition,
    Node,
    Nop,
    Program,
    TypeAlias,
    TypeMapping,
)

_NAMED = (ClassDefinition, DefineDefinition, FunctionDefinition)
_DEFINITIONS = (*_NAMED, TypeAlias, TypeMapping)


def check_location(program: Program, namespace: str | None) -> list[Finding]:
    """Findings about definitions in a file that modules load by name.

    namespace: what the names of the file's definitions must begin with ("nginx::server" for
    nginx/manifests/server.pp), or None for a file in a folder from which nothing is loaded.
    """
    body = program.body
    top = body.statements if isinstance(body, Block) else [] if isinstance(body, Nop) else [body]
    findings = [Finding("error", _misplaced(node), node.pos) for node in top if not isinstance(node, _DEFINITIONS)]
    for node in program.definitions:
        if isinstance(node, _NAMED) and (namespace is None or not node.name.lower().startswith(namespace)):
            message = f"Unacceptable location. The name '{node.name}' is unacceptable in file '{program.file}'"
            findings.append(Finding("error", message, node.pos))
    return findings


def _misplaced(node: Node) -> str:
    return f"This {label(node)} is unacceptable as a top level construct in this location"
