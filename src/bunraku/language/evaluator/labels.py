"""What messages call a node, as Puppet does: `Function Call`, `'+' expression`."""

from __future__ import annotations

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
