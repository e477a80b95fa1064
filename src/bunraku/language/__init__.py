"""The Puppet language: text and inputs in, a catalog or a `CompileError` out.

One noun a stage: `lexer` and `parser` turn text into `nodes`; `evaluator` turns nodes into closures over a `scope`;
`compiler` runs them to a catalog. `types/` is the type system, `functions/` the built-in functions, `templates/` EPP.
Pure: no network and no host. Facts, files, data and the Ruby worker come in through `inputs`.
May import: catalog.
"""
