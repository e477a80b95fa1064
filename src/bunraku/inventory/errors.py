"""What can go wrong, in words for the one who asked."""


class InventoryError(Exception):
    """The database, or the server, cannot do its part."""


class CommandError(InventoryError):
    """A command that is not understood; nothing of it was stored."""


class QueryError(InventoryError):
    """A query that cannot be answered: what is wrong, and where."""
