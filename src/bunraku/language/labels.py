"""What a node is called in messages: "'if' statement", "Resource Statement" …, with its article.

The names are those that Puppet 7's messages use.
"""

from __future__ import annotations

from bunraku.catalog.values import DEFAULT
from bunraku.language import nodes
from bunraku.language.nodes import Node

_NAMES: dict[type[Node], str] = {
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
    nodes.ResourceBody: "Resource Instance Definition",
    nodes.Resource: "Resource Statement",
    nodes.ResourceDefaults: "Resource Defaults Expression",
    nodes.ResourceOverride: "Resource Override",
    nodes.SplatAttributes: "AttributesOperation",
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


def label(node: Node) -> str:
    """The node's name without an article, such as "'+' expression"."""
    if isinstance(node, nodes.Literal):
        return _literal(node.value)
    if isinstance(node, nodes.Binary | nodes.Relationship | nodes.Assignment | nodes.Attribute):
        return f"'{node.operator}' expression"
    if isinstance(node, nodes.If):
        return "'unless' Statement" if node.negated else "'if' statement"
    if isinstance(node, nodes.Unary):
        return _UNARY[node.operator]
    if isinstance(node, nodes.Heredoc):
        return f"'@({node.syntax})' expression"
    if isinstance(node, nodes.Collector):
        return "Exported Query" if node.exported else "Virtual Query"
    if isinstance(node, nodes.Reserved):
        return f"Reserved Word '{node.word}'"
    return _NAMES[type(node)]


def _literal(value: object) -> str:
    if value is None:
        return "'undef' expression"
    if value is DEFAULT:
        return "'default' expression"
    if isinstance(value, bool):
        return "Boolean"
    if isinstance(value, int):
        return "Literal Integer"
    return "Literal Float" if isinstance(value, float) else "String"


def with_article(text: str, capital: bool = False) -> str:
    """`text` with "a" or "an" before it, by its first letter (quotes skipped; "y" counts as a vowel)."""
    an = text.lstrip("'\"")[:1].lower() in (*"aeiouy",)
    return f"{('An' if an else 'A') if capital else ('an' if an else 'a')} {text}"


def a(node: Node) -> str:
    """The node's name with "a" or "an"."""
    return with_article(label(node))


def capital_a(node: Node) -> str:
    """The node's name with "A" or "An"."""
    return with_article(label(node), capital=True)
