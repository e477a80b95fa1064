"""Tokens to the syntax tree: `parse` for manifests, `parse_epp` for templates.

Recursive descent, with precedence climbing for operators; a file a noun. The grammar is Puppet 7's; each node's place
is the token that the reference names in an error about it. Rules:
- A method begins at the first token of what it parses and leaves `at` at the first token behind it.
- A token that no rule takes raises `SyntaxFault`. The innermost list of statements records it, skips to where the
  next statement seems to begin and goes on, so that all syntax errors of a file are found in one go.
"""

from bunraku.language.parser.program import parse, parse_epp

__all__ = ["parse", "parse_epp"]
