"""Literal keys of hashes: which are the same, and how a message shows them."""

from __future__ import annotations

from bunraku.language.nodes import Array, Hash, Literal, Name, Node, Regex


def literal_of(node: Node) -> tuple[object, ...] | None:
    """A literal's value in a form that tells 1, 1.0 and true apart and can be hashed; None if it is no literal."""
    if isinstance(node, Literal):
        return (type(node.value).__name__, node.value)
    if isinstance(node, Name):
        return ("str", node.value)
    if isinstance(node, Regex):
        return ("Regex", node.pattern)
    if isinstance(node, Array):
        parts = [literal_of(element) for element in node.elements]
    elif isinstance(node, Hash):
        parts = [literal_of(each) for pair in node.pairs for each in pair]
    else:
        return None
    return None if None in parts else (type(node).__name__, *parts)


def shown(literal: tuple[object, ...]) -> str:
    """A literal as the message about a key shows it."""
    kind, *parts = literal
    if kind == "Array":
        return f"[{', '.join(_shown_inside(part) for part in parts)}]"  # type: ignore[arg-type]
    if kind == "Hash":
        shown = [_shown_inside(part) for part in parts]  # type: ignore[arg-type]
        return "{" + ", ".join(f"{key}=>{value}" for key, value in zip(shown[::2], shown[1::2], strict=True)) + "}"
    value = parts[0]
    if kind == "Regex":
        return f"(?-mix:{value})"
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _shown_inside(literal: tuple[object, ...]) -> str:
    kind, *parts = literal
    if kind == "str":
        return '"' + str(parts[0]).replace("\\", "\\\\").replace('"', '\\"') + '"'
    if kind == "NoneType":
        return "nil"
    if kind == "Default":
        return ":default"
    return f"/{parts[0]}/" if kind == "Regex" else shown(literal)
