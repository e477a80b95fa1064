"""Whether a node does anything but have a value."""

from __future__ import annotations

from bunraku.language.nodes import (
    Access,
    Array,
    Binary,
    Block,
    Case,
    Hash,
    Heredoc,
    If,
    Interpolated,
    Literal,
    Name,
    Node,
    Nop,
    Parenthesized,
    Regex,
    Reserved,
    Selector,
    TypeName,
    Unary,
    Variable,
)

_WITHOUT_EFFECT = (
    Nop,
    Literal,
    Regex,
    Name,
    TypeName,
    Reserved,
    Array,
    Hash,
    Access,
    Unary,
    Variable,
    Interpolated,
    Heredoc,
    Selector,
)
"""What does nothing but have a value."""


def has_no_effect(node: Node) -> bool:
    """Whether evaluating a node surely changes nothing."""
    if isinstance(node, Binary):
        return node.operator not in ("=~", "!~")  # a match sets $0, $1 …
    if isinstance(node, _WITHOUT_EFFECT):
        return True
    if isinstance(node, Parenthesized):
        return has_no_effect(node.expr)
    if isinstance(node, Block):
        return all(map(has_no_effect, node.statements))
    if isinstance(node, If):
        while isinstance(node, If):
            if not (has_no_effect(node.condition) and has_no_effect(node.then)):
                return False
            node = node.otherwise
        return has_no_effect(node)
    if isinstance(node, Case):
        return has_no_effect(node.subject) and all(
            has_no_effect(body) and all(map(has_no_effect, values)) for values, body in node.options
        )
    return False


def without_title(node: Node) -> bool:
    """Whether a block is a name and a hash: a resource whose title was forgotten."""
    return (
        isinstance(node, Block)
        and len(node.statements) == 2
        and isinstance(node.statements[0], Name)
        and isinstance(node.statements[1], Hash)
    )
