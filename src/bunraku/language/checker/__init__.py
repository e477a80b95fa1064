"""What the grammar allows and the language does not: checks of a parsed program before it is evaluated.

Rules:
- Each check looks at one node and what it directly holds; the order of findings is that of the nodes in the source,
  a node before what is in it.
- Messages and places are those of Puppet 7.23.
- `check` knows nothing of files; whether a definition stands in the right file of a module is `language.location`.
"""

from bunraku.language.checker.program import check
from bunraku.language.finding import Finding

__all__ = ["Finding", "check"]
