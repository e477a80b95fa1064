"""The real Ruby over a pipe: ERB templates, functions in Ruby and the surface of Ruby types in old modules.

`Worker` starts a plain `ruby` on first need and keeps it; `program/` holds what runs there: our own small version of
the Ruby interface that modules use (no library of Puppet's is needed). What such code asks back (variables,
functions, logs) is put to a `Caller`. `types.read` gives the surface of a
resource type and remembers it on disk, so that a warm compilation needs no Ruby. What is installed and written in Ruby
(Puppet, facter) works for us through `installed`.
May import: system, catalog (for its values).
"""
