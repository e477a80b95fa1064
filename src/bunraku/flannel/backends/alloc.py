"""alloc: a subnet is taken, and nothing else is done."""

from bunraku.flannel.backends.base import Backend


class Alloc(Backend):
    """Only a lease."""

    type = "alloc"
