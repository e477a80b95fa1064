"""The stores that keys come from: one file each.

A back end answers `read` (all keys under some, now) and `follow` (the same, and then every change, until told to
stop). `open_backend` makes one out of the settings; only what is asked for is imported.
"""

from bunraku.confd.backends.base import Backend, BackendError, Delta, Lost, Snapshot, Stop, Update, open_backend

__all__ = ["Backend", "BackendError", "Delta", "Lost", "Snapshot", "Stop", "Update", "open_backend"]
