"""Container images: App Container Images (appc 0.8.11) and OCI images, read, checked, kept, built and written.

`manifest` holds appc's rules; `compression`, `unpack` and `pack` are the tar underneath; `aci`, `oci` and `oci_write`
the two formats; `fetch` finds an image by its name, by way of `registry`, of `download`, and of `trust`, which says
whose images are taken;
`store` keeps images and their unpacked trees, `upkeep` looks after it, `export` takes images out; `build` makes new
images, of `layers` where they are OCI's, `chamber` runs commands in them. Whatever is fetched becomes an ACI, the one
format that is run.

Nothing that an image says is believed: names never lead out of the folder that is unpacked into, sizes are bounded,
digests are compared, and an image is in the store whole or not at all.
May import: system.
"""
