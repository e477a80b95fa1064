"""The overlay network: each host takes a subnet, tells the others in etcd, and leads packets to theirs.

`config` reads the network's configuration, `lease` is what a host says of itself, `registry` takes, renews and reads
leases in etcd, `backends/` say which devices and routes lead to the others, `overlay` keeps one network as etcd says,
`daemon` runs it for ever. Same keys, JSON, flags and files as flanneld, so that both can share a network.

Rules: what leads to a host is a pure function of its lease; the kernel is compared with that at the start and again
and again, so nothing stale stays and nothing lost stays lost. May import: etcd, system.
"""
