"""The compiler: runs the closures to a catalog.

`run` is its course from manifest to catalog. It builds on what the others give, each on the one before it: `messages`
(logs and places), `names` (what a name stands for), `declaring` (resources and overrides), `classes`.
"""

from bunraku.language.compiler.messages import Log
from bunraku.language.compiler.run import Compiler

__all__ = ["Compiler", "Log"]
