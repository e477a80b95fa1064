"""What is wrong with an image."""

from __future__ import annotations


class ImageError(Exception):
    """An image that cannot be read, found or trusted: one line that says what, where and what to do."""
