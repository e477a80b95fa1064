"""Text formats read as Ruby reads them, since the data that operators have was written for it.

May import: catalog (for its values).
"""
