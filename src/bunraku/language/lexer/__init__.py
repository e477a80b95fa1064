"""Text to tokens.

Rules:
- Tokens are three parallel lists (kind, value, start), which costs a third of what an object a token would.
- The kind of an operator, bracket or keyword is its text. The others are NAME, WORD (a bare word with a hyphen or a
  leading underscore), TYPE (a capitalised name), VARIABLE, NUMBER, BOOLEAN, STRING, REGEX, HEREDOC, OTHER (a character
  that begins nothing), ERROR and EOF. An interpolated string is flat: BEGIN text, the tokens of an expression,
  (MIDDLE text, tokens of an expression)…, END text. A template's are TEMPLATE, TEXT, EXPR and TAGEND.
- `LIST[` is a `[` after white space and begins an array; `WS(` is a `(` that is first on its line and begins an
  expression. A `[` or `(` close to what stands before it is an access or a call.
- One pattern finds white space, comments and the next token together; only what a regular expression cannot know
  (a slash, interpolation, heredocs, templates) leaves that loop.
- Nothing here raises for bad input: the list ends with an ERROR token, whose value is the message, so that a syntax
  error before it is reported first.
- The lexical rules are those of the Puppet 7 language specification ("Lexical structure", "Heredoc", "EPP") and,
  where it is silent, of what Puppet 7.23 was seen to do.
"""

from bunraku.language.lexer.code import tokenize
from bunraku.language.lexer.tokens import Tokens

__all__ = ["Tokens", "tokenize"]
