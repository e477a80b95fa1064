"""The template loop: keys of a store in, configuration files out, at once when a key changes.

`template/` is Go's text/template; `functions` is what confd adds to it; `settings` reads confd.toml, the environment
and the flags; `resource` reads conf.d/*.toml; `pipeline` takes one resource from keys to a replaced file;
`backends/` are the stores; `loop` watches, `service` runs it. Same files, flags and meaning as confd, so that it can
take its place.
May import: etcd, system.
"""
