"""New machines: what a catalog says of a node, as the configuration that the node's first boot understands.

`machine` is what such configurations can say (users, keys, files, units …), `reading` takes it from a catalog and tells
what is left, `ignition` and `cloud_config` write it in the two formats. Pure: a catalog in, text out.
May import: catalog.
"""
