"""The waist: what the language produces and the engine consumes.

Here live `Resource`, `Edge` and `Catalog`, the rich values that a parameter may hold, the wire format (Puppet's
catalog JSON), the dependency graph and the type *signatures* (which parameters a type has) behind a registry.
May import: nothing of bunraku.
"""
