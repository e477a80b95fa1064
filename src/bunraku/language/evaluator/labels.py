"""What messages call a node or a value, as Puppet does: `a Function Call`, `an Integer`."""

from __future__ import annotations

from typing import Any

from bunraku.catalog.values import Binary, Default, Sensitive
from bunraku.language import nodes

_NODES: dict[type[nodes.Node], str] = {
    nodes.Nop: "Nop Expression",
    nodes.Regex: "Regular Expression",
    nodes.Interpolated: "Double Quoted String",
    nodes.Array: "Array Expression",
    nodes.Hash: "Hash Expression",
    nodes.Name: "Name",
    nodes.TypeName: "Type-Name",
    nodes.Variable: "Variable",
    nodes.Access: "'[]' expression",
    nodes.Parenthesized: "Parenthesized Expression",
    nodes.Block: "Block Expression",
    nodes.Case: "'case' statement",
    nodes.Selector: "Selector Expression",
    nodes.Parameter: "Parameter Definition",
    nodes.Lambda: "Lambda",
    nodes.Call: "Function Call",
    nodes.MethodCall: "Method call",
    nodes.Resource: "Resource Statement",
    nodes.ResourceBody: "Resource Instance Definition",
    nodes.ResourceDefaults: "Resource Defaults Expression",
    nodes.ResourceOverride: "Resource Override",
    nodes.SplatAttributes: "'*' expression",
    nodes.ClassDefinition: "Host Class Definition",
    nodes.DefineDefinition: "'define' expression",
    nodes.NodeDefinition: "Node Definition",
    nodes.FunctionDefinition: "Function Definition",
    nodes.TypeAlias: "Type Alias",
    nodes.TypeMapping: "Type Mapping",
    nodes.Template: "Epp Template",
    nodes.RenderText: "Epp Text",
    nodes.RenderValue: "Epp Interpolated Expression",
}
_UNARY = {"!": "'not' expression", "-": "Unary Minus", "*": "Unfold"}
_LITERALS = {
    int: "Literal Integer",
    float: "Literal Float",
    bool: "Boolean",
    str: "String",
    type(None): "'undef' expression",
}
_VALUES: dict[type, str] = {
    type(None): "Undef Value",
    bool: "Boolean",
    int: "Integer",
    float: "Float",
    str: "String",
    list: "Array",
    dict: "Hash",
    Binary: "Binary",
    Sensitive: "Sensitive",
    Default: "Object",
}


def of_node(node: nodes.Node) -> str:
    """What messages call `node`."""
    known = _NODES.get(type(node))
    if known is not None:
        return known
    if isinstance(node, nodes.Literal):
        return _LITERALS.get(type(node.value), "'default' expression")
    if isinstance(node, nodes.Unary):
        return _UNARY[node.operator]
    if isinstance(node, nodes.If):
        return "'unless' Statement" if node.negated else "'if' statement"
    if isinstance(node, nodes.Heredoc):
        return f"'@({node.syntax})' expression"
    if isinstance(node, nodes.Collector):
        return "Exported Query" if node.exported else "Virtual Query"
    if isinstance(node, nodes.Reserved):
        return f"Reserved Word '{node.word}'"
    return f"'{getattr(node, 'operator', type(node).__name__)}' expression"


def of_value(value: Any) -> str:
    """What messages call `value`."""
    known = _VALUES.get(type(value))
    if known is not None:
        return known
    label = getattr(value, "label", None)
    if label is not None:
        return str(label)
    from bunraku.language.types import PType

    return f"{value}-Type" if isinstance(value, PType) else type(value).__name__


def a(text: str) -> str:
    """`text` with its article; `y` counts as a vowel, as it does in Puppet's messages."""
    letter = text.lstrip("'\"")[:1] or text[:1]
    return f"an {text}" if letter.lower() in "aeiouy" else f"a {text}"


def capital_a(text: str) -> str:
    """`text` with its article at the start of a sentence."""
    return a(text).replace("a", "A", 1)
