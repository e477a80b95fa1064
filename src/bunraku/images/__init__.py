"""Container images: App Container Images (appc 0.8.11) and OCI images, read, checked, kept, built and written.

`manifest` holds appc's rules; `compression`, `unpack` and `pack` are the tar underneath; `aci` and `oci` the two
formats; `build` makes new images, `chamber` runs commands in them.

Nothing that an image says is believed: names never lead out of the folder that is unpacked into, sizes are bounded,
digests are compared, and an image is in the store whole or not at all.
May import: system.
"""
