"""The words of the language that are no names."""

_KEYWORDS = """
    and attr case class default define else elsif function if in inherits node or private type undef unless
"""
KEYWORDS = {word: word for word in _KEYWORDS.split()} | {"true": "BOOLEAN", "false": "BOOLEAN"}
"""Each word, and the kind of token that it makes."""
