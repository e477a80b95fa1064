"""The evaluator: turns nodes into closures over a scope.

`unit` translates a file; its siblings register what makes the closure of each kind of node: `values` and `operators`,
`access` (square brackets), `control` (conditionals), `calls` (functions and lambdas), `resources` (all that puts
something into the catalog).
"""

from bunraku.language.evaluator import access, calls, control, operators, resources, values
from bunraku.language.evaluator.unit import Closure, Unit

__all__ = ["Closure", "Unit", "access", "calls", "control", "operators", "resources", "values"]
